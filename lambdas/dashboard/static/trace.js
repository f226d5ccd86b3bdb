/** The reasoning trace, as far as it is there: any agents with any named values, shown as they are. */
import { el } from "./dom.js";
import { capital, plain } from "./words.js";

const DEEP = 5;

/** Agents with what each was given, computed, asked and said. */
export function trace(data) {
  const parts = Array.isArray(data) ? data : data.agents ?? data.steps ?? [data];
  return parts.map((one, index) => el("details", { id: `trace-${one?.agent ?? index}` },
    el("summary", {}, capital(plain(one?.agent ?? one?.name ?? `step ${index + 1}`))), value(one, 0)));
}

function value(data, depth) {
  if (data === null || typeof data !== "object") return el("span", {}, String(data));
  if (depth >= DEEP) return el("code", {}, JSON.stringify(data));
  if (Array.isArray(data)) return data.length ? el("ul", { class: "list-plain" }, data.map((one) => el("li", {}, value(one, depth + 1)))) : el("span", { class: "soft" }, "none");
  return el("dl", { class: "pairs small" }, Object.entries(data).map(([name, one]) => [el("dt", {}, plain(name)), el("dd", {}, value(one, depth + 1))]));
}
