/** The reasoning trace: for each agent what it was given, computed, asked a model and was told. */
import { el } from "./dom.js";
import { pill } from "./signs.js";
import { capital, count, many, percent, plain, short, time } from "./words.js";

const OUTCOMES = {
  ok: ["check", "good", "ok"],
  error: ["alert", "bad", "failed"],
  left_out: ["minus", "warn", "left out"],
};

/** The whole trace. */
export function trace({ agents, input_tokens: tokensIn, output_tokens: tokensOut, milliseconds }) {
  return [
    el(
      "p",
      { class: "soft small" },
      `Inputs are named by their SHA-256; secrets are masked. ${count(milliseconds)} ms in all, `,
      tokensIn + tokensOut
        ? `${count(tokensIn)} tokens in and ${count(tokensOut)} out.`
        : "no model was asked.",
    ),
    agents.map((one) =>
      el(
        "details",
        { id: `trace-${one.agent}` },
        el("summary", {}, el("strong", {}, capital(one.agent)), `, ${many(one.looks.length, "look")}`),
        one.looks.map((each) => look(each, one.agent)),
      ),
    ),
  ];
}

function look(one, agent) {
  return el(
    "div",
    { class: "look" },
    el("h3", {}, `${capital(plain(one.question))}, attempt ${one.attempt}`),
    el(
      "p",
      { class: "small soft" },
      `${time(one.at)}, event ${one.version}, ${percent(one.confidence)} sure`,
      one.milliseconds !== null && `, ${count(one.milliseconds)} ms`,
      one.inputs && [", given ", el("code", {}, short(one.inputs), "…")],
    ),
    el("p", {}, capital(one.concluded)),
    one.trace !== "read" && el("p", { class: "small warn" }, `The rest is ${one.trace}.`),
    one.computed.map((step, index) =>
      el(
        "details",
        { id: `step-${agent}-${one.version}-${index}` },
        el("summary", {}, `computed: ${plain(step.step)}, ${count(step.milliseconds)} ms `, outcome(step)),
        asked(step.asked),
      ),
    ),
    one.asked.length > 0 &&
      el(
        "details",
        { id: `asked-${agent}-${one.version}` },
        el("summary", {}, many(one.asked.length, "question"), " outside of a step"),
        asked(one.asked),
      ),
    one.consulted.map((each, index) =>
      el(
        "details",
        { id: `model-${agent}-${one.version}-${index}` },
        el(
          "summary",
          {},
          `asked ${each.model}, ${count(each.input_tokens)} tokens in, ${count(each.output_tokens)} out `,
          outcome(each),
        ),
        el("p", { class: "small soft" }, "Asked"),
        el("p", { class: "exact" }, each.asked),
        el("p", { class: "small soft" }, "Said"),
        el("p", { class: "exact" }, each.said),
      ),
    ),
    one.left_out > 0 &&
      el("p", { class: "small soft" }, `${one.left_out} more things were done than are kept.`),
  );
}

function asked(all) {
  if (!all.length) return el("p", { class: "small soft" }, "It asked nothing.");
  return el(
    "ul",
    { class: "list-plain small" },
    all.map((one) =>
      el(
        "li",
        {},
        el("code", {}, one.tool),
        ` ${one.arguments} `,
        el(
          "span",
          { class: "soft" },
          `${count(one.milliseconds)} ms${one.answer ? `, answer ${short(one.answer)}…` : ""} `,
        ),
        outcome(one),
      ),
    ),
  );
}

function outcome(one) {
  return one.outcome === "ok"
    ? null
    : pill(...OUTCOMES[one.outcome].slice(0, 2), one.error || OUTCOMES[one.outcome][2]);
}
