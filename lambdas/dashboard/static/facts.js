/** What is seen in three seconds: what is broken, who is hurt, what the machine does, how long, how much. */
import { now, since } from "./api.js";
import { el, tick } from "./dom.js";
import { spent, uncounted } from "./incidents.js";
import { severity, sign, status } from "./signs.js";
import { doingNow } from "./steps.js";
import { capital, count, countdown, money, running as amount, span } from "./words.js";

/** The first lines of the page. */
export function headline(row) {
  return [
    el("p", { class: "back" }, el("a", { href: "#/" }, "← All incidents")),
    el(
      "p",
      { class: "row" },
      status(row.status),
      severity(row.severity),
      el("code", { class: "faint" }, row.id),
    ),
    el("h1", {}, capital(row.summary)),
  ];
}

/** The strip of five facts. */
export function facts(page, running) {
  const { row } = page,
    { timing } = row,
    [what, detail] = doingNow(page);
  const hurt = page.nodes
    .filter((one) => one.symptoms.length || one.health === "unwell")
    .map((one) => one.service);
  const root = page.nodes.find((one) => one.root_cause_rank === 1 || one.health === "root_cause");
  const users = Number(running.user_charge);
  const fact = (term, big, small) =>
    el("div", { class: "fact" }, el("dt", {}, term), el("dd", {}, big), el("dd", {}, small));
  return [
    fact("Broken", root?.service ?? row.service, root ? "root cause" : "root cause not known yet"),
    fact(
      "Hurt",
      users ? `${count(users)} users` : hurt.join(", ") || row.service,
      `${row.tier} tier${users && hurt.length ? `; ${hurt.join(", ")} ${hurt.length > 1 ? "feel" : "feels"} it` : ""}`,
    ),
    fact("The machine now", what, detail),
    row.with_people ? open(row, fact) : timer(timing, fact),
    fact(
      "Money",
      tick(el("span", { class: "big" }), () => amount(spent(running))),
      Number(running.usd_per_minute)
        ? `until now, ${money(running.usd_per_minute)} more a minute`
        : `in all, ${uncounted(row)}`,
    ),
  ];
}

/** How long it goes on already: no target is left for what people have. */
function open(row, fact) {
  return fact(
    "Open for",
    tick(el("span", { class: "big" }), () => span(since(row.timing.began_at))),
    row.felt ? "and it is felt" : "not felt any more",
  );
}

function timer(timing, fact) {
  const end = timing.verified_at ?? timing.resolved_at ?? timing.closed_at;
  if (end) {
    const took = (new Date(end) - new Date(timing.began_at)) / 1_000,
      good = timing.verified_at && took <= timing.target_seconds;
    return fact(
      timing.verified_at ? "Verified after" : "Handed over after",
      [timing.verified_at && [sign(good ? "check" : "clock", good ? "good" : ""), " "], span(took)],
      `target ${span(timing.target_seconds)}`,
    );
  }
  const left = () => (new Date(timing.due_at).getTime() - now()) / 1_000;
  return fact(
    "Time to resolve",
    tick(el("span", { class: "big" }), () => countdown(left())),
    tick(el("span"), () =>
      left() >= 0
        ? `left of ${span(timing.target_seconds)}`
        : `over the target of ${span(timing.target_seconds)}`,
    ),
  );
}
