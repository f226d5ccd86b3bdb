/** Dialogs: the shortcuts, and the kill switch with its confirmation. */
import { act } from "./api.js";
import { el } from "./dom.js";
import { enabled, SHORTCUTS, toggle } from "./keys.js";
import { faultLine, field, given, once } from "./sending.js";
import { sign } from "./signs.js";

/** Opens one; it goes when it is closed. */
export function dialog(title, ...children) {
  const close = el(
    "button",
    { type: "button", class: "quiet", on: { click: () => made.close() } },
    "Close",
  );
  const made = el(
    "dialog",
    { "aria-labelledby": "dialog-title" },
    el("h2", { id: "dialog-title" }, title),
    ...children,
    el("div", { class: "row" }, close),
  );
  made.addEventListener("close", () => made.remove());
  document.querySelector("#dialogs").append(made);
  made.showModal();
  return made;
}

/** What keys do. */
export function help() {
  if (document.querySelector("dialog[open]")) return;
  const box = el("input", {
    id: "keys-on",
    type: "checkbox",
    checked: enabled(),
    on: { change: (event) => toggle(event.target.checked) },
  });
  dialog(
    "Keyboard shortcuts",
    el(
      "table",
      {},
      el("caption", { class: "hidden" }, "Keys"),
      el(
        "tbody",
        {},
        SHORTCUTS.map(([keys, what]) =>
          el(
            "tr",
            {},
            el(
              "th",
              { scope: "row" },
              keys.split(" ").map((one) => [el("kbd", {}, one), " "]),
            ),
            el("td", {}, what),
          ),
        ),
      ),
    ),
    el("p", { class: "check" }, box, el("label", { for: "keys-on" }, "Single keys are shortcuts")),
  );
}

/** Asks an operator whether everything shall be stopped, or go on.
 *  @param me  who asks
 *  @param done  called with what the server says */
export function killSwitch(me, on, done) {
  if (document.querySelector("dialog[open]")) return;
  const reason = el("input", {
    id: "stop-reason",
    "aria-required": "true",
    maxlength: 500,
    autocomplete: "off",
  });
  const typed = el("input", {
    id: "stop-confirm",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
  });
  const fault = faultLine("stop-fault");
  const words = on
    ? [
        "Stop everything",
        "No remedy is started anywhere in this stage, and no credential is given, until somebody switches it back. What runs is stopped and not undone. Detection, votes and messages go on.",
      ]
    : ["Let remedies run again", "Remedies may run again as the levels and rules permit."];
  const ready = () => {
    if (!given(reason, fault, "Say why: others read it.")) return false;
    if (typed.value.trim() === me.stage) return true;
    fault.textContent = `Type ${me.stage} to confirm.`;
    typed.focus();
    return false;
  };
  const flip = () => act("POST", "kill-switch", { on, reason: reason.value.trim(), confirm: typed.value.trim() });
  const form = el(
    "form",
    {
      on: {
        submit: (event) => {
          event.preventDefault();
          if (ready())
            once(form, fault, async () => {
              const said = await flip();
              shown.close();
              done(said);
            });
        },
      },
    },
    field(reason, "Reason (others read it)"),
    field(typed, "To confirm, type ", el("code", {}, me.stage)),
    fault,
    el(
      "p",
      { class: "row" },
      el("button", { type: "submit", class: on ? "danger" : "main" }, sign(on ? "stop" : "play"), words[0]),
      ),
    );
  const shown = dialog(words[0], el("p", {}, words[1]), form);
}
