/** The forms by which people decide: yes, no, it is mine, I have seen it. Each sends once, and says what it came to. */
import { act } from "./api.js";
import { el } from "./dom.js";
import { sign } from "./signs.js";

export function decisionForm(page, may, done) {
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
