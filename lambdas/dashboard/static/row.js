/** A row of the list, and the tiles above it. */
import { since } from "./api.js";
import { el, tick } from "./dom.js";
import { rate, turn, uncounted } from "./incidents.js";
import { severity, sign, status } from "./signs.js";
import { capital, count, money, plain, shortMoney, shortSpan } from "./words.js";

const SIGNS = {
  asks: ["hand", "warn"],
  machine: ["play", "busy"],
  person: ["person", ""],
  over: ["check", "good"],
};

/** The four figures above the list. */
export function tiles(totals) {
  const tile = (name, value, label, shape, tone) =>
    el(
      "div",
      { class: `total ${name}` },
      el("dt", { class: "label" }, shape && sign(shape, tone), label),
      el("dd", { class: "value" }, value),
    );
  return [
    tile(
      totals.asks ? "asks" : "",
      count(totals.asks),
      totals.asks === 1 ? "needs you" : "need you",
      ...SIGNS.asks,
    ),
    tile("", count(totals.machine), "the machine works on", ...SIGNS.machine),
    tile("", count(totals.person), "people have", ...SIGNS.person),
    tile("", totals.usd > 0 && totals.usd < 1 ? "under $1" : shortMoney(totals.usd), "a minute, all together", "clock", ""),
  ];
}

/** Who has an incident, in a word. */
export function holder(row) {
  return {
    asks: row.team ? `team ${row.team}` : "nobody yet",
    machine: "machine",
    person: row.owner,
    over: "–",
  }[turn(row)];
}

/** What is asked of people, in a line; empty: nothing. */
export function request(row) {
  if (row.waits_for_approval)
    return `Approve or deny: ${row.remedy?.title || plain(row.remedy?.runbook) || "the remedy"}`;
  if (turn(row) !== "asks") return "";
  return row.status === "rolled_back"
    ? "The remedy was undone: take it"
    : "Decide yourself: take it";
}

/** A row; `fresh` when it has just changed. */
export function line(row, fresh) {
  const [shape, tone] = SIGNS[turn(row)],
    asked = request(row),
    usd = rate(row),
    [what, where] = parts(row);
  return el(
    "li",
    { class: `case ${turn(row)} ${fresh ? "fresh" : ""}`, data: { id: row.id } },
    el(
      "a",
      { class: "case-link", href: `#/incidents/${encodeURIComponent(row.id)}` },
      el("span", { class: "cell-status" }, status(row.status)),
      el("span", { class: "cell-severity small" }, severity(row.severity)),
      el(
        "span",
        { class: "cell-title" },
        el("span", { class: "case-title" }, capital(what)),
        " ",
        el("span", { class: "where" }, where),
        asked && el("span", { class: "asked" }, asked),
      ),
      el(
        "span",
        { class: "cell-who" },
        sign(shape, tone),
        " ",
        el("span", { class: "hidden" }, "Who has it: "),
        holder(row),
      ),
      el(
        "span",
        { class: "cell-age number" },
        el("span", { class: "hidden" }, "Age: "),
        tick(el("span"), () => shortSpan(since(row.detected_at))),
      ),
      el(
        "span",
        { class: "cell-money number" },
        usd
          ? [money(usd), el("span", { class: "faint" }, "/min")]
          : el("span", { class: "faint" }, uncounted(row)),
      ),
    ),
  );
}

/** What is broken, and where it is felt: a summary says the second after a colon. */
export function parts({ summary, service }) {
  const at = summary.indexOf(": ");
  return at > 0 ? [summary.slice(0, at), summary.slice(at + 2)] : [summary, service];
}
