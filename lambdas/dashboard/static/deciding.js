/** The forms by which people decide: yes, no, it is mine, I have seen it. Each sends once, and says what it came to. */
import { el } from "./dom.js";
import { faultLine, field, given, once, say } from "./sending.js";
import { sign } from "./signs.js";

const WHY = "Say why: others read it.";

/** Yes or no to what is asked; `done` is called with what the server says, and what was said. */
export function decisionForm(page, may, done) {
  const { approval, row } = page,
    { proposal } = approval,
    word = proposal.service;
  const fault = faultLine("decision-fault");
  const typed = el("input", {
    id: "confirm",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    "aria-describedby": "decision-fault",
  });
  const reason = el("input", {
    id: "deny-reason",
    autocomplete: "off",
    maxlength: 1000,
    "aria-required": "true",
    "aria-describedby": "decision-fault",
  });
  const send = (what, sent) =>
    once(form, fault, async () => {
      const asked = { request: approval.request, digest: proposal.digest };
      await done(await say(row, what, { ...asked, ...sent }), what);
    });
  const agreed = () => typed.value.trim() === word;
  const yes = el(
    "button",
    { class: "main", type: "submit", id: "approve", "aria-disabled": "true" },
    "Approve",
  );
  typed.addEventListener("input", () => yes.setAttribute("aria-disabled", String(!agreed())));
  const deny = () => given(reason, fault, WHY) && send("deny", { reason: reason.value.trim() });
  reason.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    deny();
  });
  const form = el(
    "form",
    {
      class: "decide",
      on: {
        submit: (event) => {
          event.preventDefault();
          if (may.includes("approve") && agreed()) send("approve", {});
          else if (may.includes("approve")) {
            fault.textContent = `To approve, type ${word} first: it is what will be changed.`;
            typed.focus();
          }
        },
      },
    },
    may.includes("approve") && field(typed, "To approve, type ", el("code", {}, word)),
    may.includes("approve") && yes,
    may.includes("deny") &&
      el(
        "details",
        { id: "deny-more" },
        el("summary", {}, may.includes("approve") ? "Deny it instead" : "Deny it"),
        field(reason, "Reason (others read it)"),
        el("p", { class: "row" }, el("button", { type: "button", id: "deny", on: { click: deny } }, "Deny")),
      ),
    fault,
  );
  return form;
}

/** The form by which somebody takes an incident. */
export function takeOver(row, done, title) {
  const fault = faultLine("take-fault");
  const reason = el("input", { id: "take-reason", autocomplete: "off", maxlength: 1000 });
  const form = el(
    "form",
    {
      class: "decide",
      on: {
        submit: (event) => {
          event.preventDefault();
          once(form, fault, async () =>
            done(await say(row, "take-over", { reason: reason.value.trim() }), "take_over"),
          );
        },
      },
    },
    field(reason, "Reason (others read it)"),
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
        click: () =>
          once(button, fault, async () => done(await say(row, "acknowledge", {}), "acknowledge")),
      },
    },
    sign("eye"),
    "I am looking at it",
  );
  return [fault, button];
}
