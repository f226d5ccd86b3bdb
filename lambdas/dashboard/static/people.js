/** What people may do beside the question, and who was told, called and has answered. */
import { acknowledge, takeOver } from "./deciding.js";
import { el } from "./dom.js";
import { owning } from "./owning.js";
import { sign } from "./signs.js";
import { count, time } from "./words.js";

/** The way to take it from the machine, and to say that one looks at it. */
export function stop(page, may, done) {
  const { row } = page;
  if (row.owner || row.closed) return [];
  const last = page.acknowledged.at(-1);
  const seen = [
    last && el("span", {}, sign("eye"), ` ${last.by} looks at it since ${time(last.at)}`),
    may.includes("acknowledge") && acknowledge(row, done),
  ].filter(Boolean);
  if (row.with_people) return seen.length ? el("div", { class: "stop-line row" }, seen) : [];
  const calm = page.approval?.state === "open" ? "" : "Nothing is asked of you. ";
  if (!may.includes("take_over"))
    return el(
      "p",
      { class: "stop-line soft" },
      calm,
      "An approver or operator can take it from the machine at any time.",
    );
  return el(
    "div",
    { class: "stop-line" },
    el("div", { class: "row" }, calm && el("span", { class: "soft" }, calm), seen),
    el(
      "details",
      { id: "stop-more" },
      el("summary", {}, el("span", { class: "button" }, sign("stop", "bad"), "Take it from the machine")),
      el(
        "p",
        { class: "soft" },
        "The machine starts nothing more here. What runs is stopped; undoing it is then yours.",
      ),
      takeOver(row, done, "Take over now"),
    ),
    owning(row, may, done),
  );
}

/** Who answered, who was called, who graded it, and who was told of what. */
export function told({ told: all, told_total: total, acknowledged, called, grades }) {
  const lines = [
    acknowledged
      .slice(-3)
      .map((one) =>
        el(
          "li",
          {},
          sign("eye"),
          el("span", { class: "soft" }, ` ${time(one.at)} `),
          `${one.by} ${one.over ? "says that it is over" : "looks at it"} (${one.through})`,
        ),
      ),
    called
      .slice(-3)
      .map((one) =>
        el(
          "li",
          {},
          sign("alert", "warn"),
          el("span", { class: "soft" }, ` ${time(one.at)} `),
          `nobody answered: level ${one.level} of ${one.team} is called (${one.people.join(", ") || "nobody"})`,
        ),
      ),
    grades
      .slice(-3)
      .map((one) =>
        el(
          "li",
          {},
          sign("person"),
          el("span", { class: "soft" }, ` ${time(one.at)} `),
          `${one.by} grades it ${one.severity}: ${one.reason}`,
        ),
      ),
    all
      .slice(-6)
      .reverse()
      .map((one) =>
        el(
          "li",
          {},
          el("span", { class: "soft" }, `${time(one.at)} `),
          one.failed
            ? [sign("alert", "bad"), ` ${one.channel} NOT told: ${one.failed}`]
            : `${one.channel}${one.recipient ? ` (${one.recipient})` : ""}: ${spaced(one.about)}`,
        ),
      ),
  ];
  if (!lines.some((one) => one.length)) return el("p", { class: "soft" }, "Nobody yet.");
  return [
    el("ul", { class: "list-plain small" }, lines),
    total > 6 && el("p", { class: "small soft" }, `${count(total)} messages in all`),
  ];
}

const spaced = (name) => name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
