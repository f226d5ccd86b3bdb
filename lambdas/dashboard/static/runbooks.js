/** The catalogue: what the machine could do, how it is undone, and how far it reaches. */
import { el } from "./dom.js";
import { pill } from "./signs.js";
import { sheet, SheetPage } from "./sheet_page.js";
import { capital, many, plain, span } from "./words.js";

export const runbooksPage = () =>
  new SheetPage(
    "Runbooks",
    "runbooks",
    ({ runbooks }) => {
      const families = Map.groupBy ? Map.groupBy(runbooks, (one) => one.family) : grouped(runbooks);
      return [
        el(
          "p",
          { class: "soft" },
          `${many(runbooks.length, "runbook")}. Nothing outside this catalogue can be proposed, voted on or run.`,
        ),
        [...families].map(([family, all]) =>
          sheet(capital(plain(family)), el("ul", { class: "catalogue" }, all.map(runbook))),
        ),
      ];
    },
    60_000,
  );

function grouped(all) {
  const found = new Map();
  for (const one of all) found.set(one.family, [...(found.get(one.family) ?? []), one]);
  return found;
}

function runbook(one) {
  const values = Object.entries(one.parameters);
  return el(
    "li",
    { class: "runbook" },
    el("h3", {}, one.title),
    el(
      "p",
      { class: "small soft" },
      el("code", {}, `${one.id} v${one.version}`),
      ` · ${plain(one.resource)}`,
    ),
    el(
      "p",
      { class: "row" },
      one.safe && pill("check", "good", "safe"),
      pill(
        one.inverse ? "undo" : "minus",
        "",
        one.inverse ? `undone by ${one.inverse}` : "nothing to put back",
      ),
      one.touches_data && pill("alert", "warn", "touches data"),
      pill("ring", "", `risk ${plain(one.risk)}`),
    ),
    el(
      "details",
      { id: `runbook-${one.id}` },
      el("summary", {}, "More"),
      el(
        "dl",
        { class: "pairs small" },
        el("dt", {}, "Relieves"),
        el("dd", {}, plain(one.relieves)),
        el("dt", {}, "Causes"),
        el("dd", {}, one.causes.map(plain).join(", ") || "–"),
        el("dt", {}, "Parameters"),
        el(
          "dd",
          {},
          values.length
            ? values.map(([name, what]) => el("div", {}, el("code", {}, name), `: ${what}`))
            : "none",
        ),
        el("dt", {}, "Takes"),
        el(
          "dd",
          {},
          span(one.expected_seconds),
          one.expires_seconds ? `, taken back after ${span(one.expires_seconds)}` : "",
        ),
        el("dt", {}, "Reversibility"),
        el("dd", {}, plain(one.reversibility)),
        el("dt", {}, "Changes"),
        el("dd", {}, many(one.blast_radius, "resource")),
      ),
    ),
  );
}
