/** The one thing that is asked of people now, with everything that they must know before they answer. */
import { act, since } from "./api.js";
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

function decisionForm(page, may, done) {
  const { approval, row } = page,
    { proposal } = approval,
    word = proposal.service;
  const path = `incidents/${encodeURIComponent(row.id)}`;
  const fault = el("p", { class: "fault", role: "alert", id: "decision-fault" });
  const typed = el("input", {
    id: "confirm",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    "aria-describedby": "decision-fault",
  });
  const reason = el("input", { id: "deny-reason", autocomplete: "off", maxlength: 1000 });
  const send = async (what, sent) => {
    fault.textContent = "";
    lock(form, true);
    try {
      await done(
        await act("POST", `${path}/${what}`, { request: approval.request, digest: proposal.digest, ...sent }),
      );
    } catch (error) {
      fault.textContent = error.message;
    } finally {
      lock(form, false);
    }
  };
  const agreed = () => typed.value.trim() === word;
  const yes = el(
    "button",
    { class: "main", type: "submit", id: "approve", "aria-disabled": "true" },
    "Approve",
  );
  typed.addEventListener("input", () => yes.setAttribute("aria-disabled", String(!agreed())));
  const form = el(
    "form",
    {
      class: "decide",
      on: {
        submit: (event) => {
          event.preventDefault();
          if (agreed()) send("approve", {});
          else {
            fault.textContent = `To approve, type ${word} first: it is what will be changed.`;
            typed.focus();
          }
        },
      },
    },
    may.includes("approve") &&
      el(
        "div",
        { class: "field" },
        el("label", { for: "confirm" }, "To approve, type ", el("code", {}, word)),
        typed,
      ),
    may.includes("approve") && yes,
    may.includes("deny") &&
      el(
        "details",
        { id: "deny-more" },
        el("summary", {}, "Deny it instead"),
        el("div", { class: "field" }, el("label", { for: "deny-reason" }, "Reason (others read it)"), reason),
        el(
          "p",
          { class: "row" },
          el(
            "button",
            {
              type: "button",
              id: "deny",
              on: { click: () => send("deny", { reason: reason.value.trim() }) },
            },
            "Deny",
          ),
        ),
      ),
    fault,
  );
  return form;
}

function lock(form, on) {
  form.toggleAttribute("aria-busy", on);
  for (const button of form.querySelectorAll("button")) button.disabled = on;
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

/** The form by which somebody takes an incident from the machine. */
export function takeOver(row, done, title) {
  const fault = el("p", { class: "fault", role: "alert" });
  const reason = el("input", { id: "take-reason", autocomplete: "off", maxlength: 1000 });
  const form = el(
    "form",
    {
      class: "decide",
      on: {
        submit: async (event) => {
          event.preventDefault();
          fault.textContent = "";
          lock(form, true);
          try {
            await done(
              await act("POST", `incidents/${encodeURIComponent(row.id)}/take-over`, {
                reason: reason.value.trim(),
              }),
            );
          } catch (error) {
            fault.textContent = error.message;
          } finally {
            lock(form, false);
          }
        },
      },
    },
    el("div", { class: "field" }, el("label", { for: "take-reason" }, "Reason (others read it)"), reason),
    el("button", { type: "submit", class: "main", id: "take-over" }, title),
    fault,
  );
  return form;
}

/** A button that says: somebody has seen it. */
export function acknowledge(row, done) {
  const fault = el("span", { class: "fault", role: "alert" });
  const button = el(
    "button",
    {
      type: "button",
      id: "acknowledge",
      on: {
        click: async () => {
          button.disabled = true;
          fault.textContent = "";
          try {
            await done(await act("POST", `incidents/${encodeURIComponent(row.id)}/acknowledge`, {}));
          } catch (error) {
            fault.textContent = error.message;
          }
          button.disabled = false;
        },
      },
    },
    sign("eye"),
    "I am looking at it",
  );
  return [fault, button];
}

/** A term and what it is. */
export function pair(term, ...description) {
  return [el("dt", {}, term), el("dd", {}, ...description)];
}
