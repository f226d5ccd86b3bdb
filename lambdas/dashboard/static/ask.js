/** The one thing that is asked of people now, with everything that they must know before they answer. */
import { since } from "./api.js";
import { decisionForm, takeOver } from "./deciding.js";
import { el, tick } from "./dom.js";
import { owning } from "./owning.js";
import { pill, sign } from "./signs.js";
import { countdown, many, money, percent, plain, short, span, time } from "./words.js";

/** The card; `done` is called with the answer of an action. */
export function ask(answer, done) {
  const { incident: page, may } = answer;
  const { approval, row } = page;
  if (approval?.state === "open" && !row.closed) return approvalCard(answer, done);
  if (row.closed) return page.resolution || page.people ? overCard(page, may, done) : again(page, may, done);
  if (row.owner) return ownedCard(page, may, done);
  return row.with_people ? humanCard(page, may, done) : null;
}

function card(kind, shape, title, ...body) {
  return el(
    "section",
    { class: `ask ${kind}`, id: "ask", "aria-labelledby": "ask-title" },
    el("div", { class: "ask-head" }, el("h2", { id: "ask-title" }, sign(shape), " ", title)),
    ...body,
  );
}

function ownedCard(page, may, done) {
  const { row, notes = [], taken } = page;
  return card(
    "calm",
    "person",
    `${row.owner} has it`,
    el(
      "div",
      { class: "ask-body" },
      el(
        "div",
        { class: "stack" },
        el(
          "p",
          {},
          row.owned_since ? `Since ${time(row.owned_since)}. ` : "",
          "The machine starts nothing more. ",
          taken?.by === row.owner ? taken.reason : "",
        ),
        written(notes),
      ),
      owning(row, may, done),
    ),
  );
}

/** What people wrote down, the newest first. */
function written(notes) {
  if (!notes?.length) return null;
  const line = (one) => el("li", {}, el("span", { class: "soft" }, `${time(one.at)} ${one.by}: `), one.text);
  return el("ul", { class: "list-plain small", id: "notes" }, [...notes].reverse().map(line));
}

function overCard(page, may, done) {
  const { resolution, people, notes, row } = page,
    by = resolution?.by ?? people.by;
  const felt = resolution ? resolution.over_at : people.resolved_at;
  return card(
    "calm",
    "check",
    resolution ? `${by} resolved it` : `${by} said what people did`,
    el(
      "div",
      { class: "ask-body" },
      el(
        "div",
        { class: "stack" },
        el(
          "dl",
          { class: "pairs" },
          pair("Was done", resolution ? resolution.did : `${plain(people.did)}: ${plain(people.result)}`),
          resolution?.runbook && pair("As a runbook", resolution.runbook),
          resolution?.cause && pair("Cause", resolution.cause),
          felt && pair("Felt until", time(felt)),
        ),
        written(notes),
      ),
      owning(row, may, done),
    ),
  );
}

/** What the machine has ended can be noted and reopened, too. */
function again({ row, notes }, may, done) {
  const buttons = owning(row, may, done);
  if (!buttons && !notes?.length) return null;
  return el("div", { class: "sheet stack again" }, written(notes), buttons);
}

function approvalCard(answer, done) {
  const { incident: page, may, approve_refused: refused, sent } = answer;
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
        refused && el("p", { id: "no-approve" }, sign("stop", "bad"), " ", refused),
        answerPlace(page, may, done, refused, sent),
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

function answerPlace(page, may, done, refused, sent) {
  if (sent) return el("p", { id: "sent" }, sign("check", "good"), " ", sent);
  if (may.includes("approve") || may.includes("deny")) return decisionForm(page, may, done);
  return !refused && el("p", { class: "soft" }, `Your role cannot answer this. ${plain(page.approval.role)} was told.`);
}

/** What comes after an answer to what is asked. */
export function next(what, { needed, by }) {
  if (what === "deny") return "Your no has arrived. This remedy is not run; if there is no other, people have it.";
  const missing = needed - by.length - 1;
  return missing > 0
    ? `Your yes has arrived. ${many(missing, "other person", "other people")} must say yes, too.`
    : "Your yes has arrived. Policy and target are looked at again, then it is rehearsed and run; it is undone if it does not help.";
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
  const { row, suggestion, reasons, notes } = page,
    why = reasons.findLast((one) => one.about === "escalated") ?? reasons.at(-1);
  const changes = page.changes ?? [],
    candidates = page.candidates ?? [];
  return card(
    "person",
    "alert",
    row.team ? `Team ${row.team} must take it` : "A human must decide",
    el(
      "div",
      { class: "ask-body" },
      el(
        "dl",
        { class: "pairs" },
        changes.length > 0 && pair("Changed lately", el("ul", { id: "changes" }, changes.map(change))),
        pair("Why", why ? plain(why.says) : "the machine found no remedy that it may run"),
        tried(page),
        candidates.length > 0
          ? pair(page.disputed ? "Suggestions, disputed" : "Suggestions only", candidates.map(candidate))
          : suggestion && pair("Suggestion only", exactly(suggestion)),
        pair("The machine", "starts nothing more here"),
      ),
      el(
        "div",
        { class: "stack" },
        may.includes("take_over")
          ? takeOver(row, done, "Take it")
          : el("p", { class: "soft" }, "An approver or operator can take it."),
        owning(row, may, done),
        written(notes),
      ),
    ),
  );
}

function change(one) {
  const before = one.seconds_before;
  const when = before >= 0 ? `${span(before)} before it began` : `${span(-before)} after it began`;
  return el("li", {}, el("strong", {}, one.service), ` ${one.statement} `, el("span", { class: "soft" }, `(${time(one.at)}, ${when})`));
}

const exactly = (remedy) =>
  el("span", { class: "exact" }, `${remedy.runbook} on ${remedy.service}`, parameters(remedy));

/** A remedy that was thought of: who is for it, and by what. */
function candidate(one, index) {
  const who = one.votes.map(
    (vote) => `${vote.agent} ${vote.weight}, ${percent(vote.confidence)} sure`,
  );
  return el(
    "div",
    { class: "candidate" },
    exactly(one.remedy),
    el(
      "p",
      { class: "row small" },
      one.suggested && pill("hand", "warn", "suggested"),
      one.disputed && pill("alert", "bad", "disputed"),
      el("span", {}, who.length ? `for it: ${who.join("; ")}` : `nobody voted for it; proposed by ${one.proposed_by.join(", ") || "nobody"}`),
    ),
    one.votes.length > 0 &&
      el(
        "details",
        { id: `candidate-${index}` },
        el("summary", {}, "By what"),
        one.votes.map((vote) =>
          el(
            "div",
            { class: "small" },
            el("p", {}, el("strong", {}, vote.agent), `: ${vote.reasoning}`),
            el("ul", { class: "list-plain soft" }, vote.evidence.map((each) => el("li", {}, each))),
          ),
        ),
      ),
  );
}

function tried({ doing }) {
  const last = doing.actions.findLast((one) => one.step === "do");
  if (!last) return null;
  const undone =
    doing.rolled_back &&
    (doing.rolled_back.restored
      ? "Undone: the target is as it was. That does not say that nothing is felt"
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
