/** The one thing that is asked of people now, with everything that they must know before they answer. */
import { since } from "./api.js";
import { decisionForm, takeOver } from "./deciding.js";
import { el, tick } from "./dom.js";
import { sign } from "./signs.js";
import { countdown, money, plain, short, time } from "./words.js";

/** The card; `done` is called with the answer of an action. */
export function ask(answer, done) {
  const { incident: page, may } = answer;
  const { approval, row } = page;
  if (approval?.state === "open") return approvalCard(page, may, done);
  if (page.people) return card("calm", "person", `${page.people.by} said what people did`, saidBody(page));
  if (page.taken) return card("calm", "person", `${page.taken.by} has it`, takenBody(page));
  if (row.status === "escalated" || row.status === "rolled_back") return humanCard(page, may, done);
  return null;
}

function card(kind, shape, title, ...body) {
  return el(
    "section",
    { class: `ask ${kind}`, id: "ask", "aria-labelledby": "ask-title" },
    el("div", { class: "ask-head" }, el("h2", { id: "ask-title" }, sign(shape), " ", title)),
    ...body,
  );
}

function takenBody({ taken }) {
  return el(
    "div",
    { class: "ask-body" },
    el("p", {}, `Since ${time(taken.at)}. The machine starts nothing more. `, taken.reason),
  );
}

function saidBody({ people }) {
  const when = people.resolved_at ? `; nobody felt anything any more at ${time(people.resolved_at)}` : "";
  return el(
    "div",
    { class: "ask-body" },
    el("p", {}, `${plain(people.did)}: ${plain(people.result)}${when}.`),
  );
}

function approvalCard(page, may, done) {
  const { approval } = page,
    { proposal } = approval;
  const left = () => -since(approval.expires_at);
  const shown = card(
    "",
    "hand",
    `Approve or deny: ${proposal.title || plain(proposal.runbook)}`,
    el(
      "div",
      { class: "ask-body" },
      el(
        "dl",
        { class: "pairs" },
        pair(
          "Would change",
          el(
            "ul",
            { class: "changes" },
            (approval.preview.length ? approval.preview : ["what the parameters say"]).map((one) =>
              el("li", {}, one),
            ),
          ),
        ),
        pair(
          "Exactly",
          el(
            "span",
            { class: "exact" },
            `${proposal.runbook} v${proposal.version} on ${proposal.service}`,
            parameters(proposal),
            el("br"),
            el("span", { class: "soft" }, proposal.target),
          ),
        ),
        pair("May touch", approval.blast_radius.join(", ")),
        pair("Undo", approval.undo),
        pair("Waiting costs", `${money(approval.cost_per_minute)} a minute`),
      ),
      el(
        "div",
        { class: "stack" },
        may.includes("approve") || may.includes("deny")
          ? decisionForm(page, may, done)
          : el("p", { class: "soft" }, `Your role cannot answer this. ${plain(approval.role)} was told.`),
        el(
          "dl",
          { class: "pairs small" },
          pair(
            "Needs",
            `${approval.needed === 1 ? "one person" : `${approval.needed} different people`} (${plain(approval.role)})`,
            approval.by.length ? `; yes so far: ${approval.by.join(", ")}` : "",
          ),
          approval.reasons.length > 0 && pair("Asked because", approval.reasons.map(rule)),
          pair("Digest", el("code", {}, short(proposal.digest), "…")),
        ),
      ),
    ),
  );
  shown.querySelector(".ask-head").append(
    el(
      "p",
      { class: "expiry" },
      tick(el("span", { class: "small soft" }), () => (left() > 0 ? "expires in " : "")),
      tick(el("span"), () => (left() > 0 ? countdown(left()) : "expired: nothing is done")),
    ),
  );
  return shown;
}

/** A reason of policy: what it says before the name of its rule. */
function rule(reason) {
  const at = reason.indexOf(": ");
  return el(
    "div",
    {},
    at > 0
      ? [reason.slice(at + 2), el("span", { class: "faint small" }, ` (rule ${reason.slice(0, at)})`)]
      : reason,
  );
}

function parameters({ parameters: values }) {
  return Object.entries(values).map(([name, value]) => [el("br"), `${name} = ${value}`]);
}

function humanCard(page, may, done) {
  const { row, suggestion, reasons } = page,
    why = reasons.findLast((one) => one.about === "escalated") ?? reasons.at(-1);
  return card(
    "person",
    "alert",
    "A human must decide",
    el(
      "div",
      { class: "ask-body" },
      el(
        "dl",
        { class: "pairs" },
        pair("Why", why ? plain(why.says) : "the machine found no remedy that it may run"),
        tried(page),
        suggestion &&
          pair(
            "Suggestion only",
            el(
              "span",
              { class: "exact" },
              `${suggestion.runbook} on ${suggestion.service}`,
              parameters(suggestion),
            ),
          ),
        pair("The machine", "starts nothing more here"),
      ),
      may.includes("take_over")
        ? takeOver(row, done, "Take it over")
        : el("p", { class: "soft" }, "An approver or operator can take it over."),
    ),
  );
}

function tried({ doing }) {
  const last = doing.actions.findLast((one) => one.step === "do");
  if (!last) return null;
  const undone =
    doing.rolled_back &&
    (doing.rolled_back.restored
      ? "Undone: everything is as it was."
      : `Undone, but: ${doing.rolled_back.differences.join("; ")}`);
  return pair(
    "Was tried",
    el("div", {}, last.proposal.title || last.proposal.runbook),
    el(
      "div",
      { class: "small soft" },
      [doing.regressed?.statement ?? last.failed, undone].filter(Boolean).join(". "),
    ),
  );
}

/** A term and what it is. */
export function pair(term, ...description) {
  return [el("dt", {}, term), el("dd", {}, ...description)];
}
