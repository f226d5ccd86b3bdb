/** Dialogs: the shortcuts, and the kill switch with its confirmation. */
import { act } from "./api.js";
import { el } from "./dom.js";
import { enabled, SHORTCUTS, toggle } from "./keys.js";
import { sign } from "./signs.js";

function open(title, ...children) {
  const close = el(
    "button",
    { type: "button", class: "quiet", on: { click: () => dialog.close() } },
    "Close",
  );
  const dialog = el(
    "dialog",
    { "aria-labelledby": "dialog-title" },
    el("h2", { id: "dialog-title" }, title),
    ...children.map((one) => (typeof one === "function" ? one(() => dialog.close()) : one)),
    el("div", { class: "row" }, close),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.querySelector("#dialogs").append(dialog);
  dialog.showModal();
  return dialog;
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
  open(
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
  const fault = el("p", { class: "fault", role: "alert" });
  const words = on
    ? [
        "Stop everything",
        "No remedy is started anywhere in this stage, and no credential is given, until somebody switches it back. What runs already ends. Detection, votes and messages go on.",
      ]
    : ["Let remedies run again", "Remedies may run again as the levels and rules permit."];
  const form = (close) =>
    el(
      "form",
      {
        on: {
          submit: async (event) => {
            event.preventDefault();
            fault.textContent = "";
            if (!reason.value.trim()) {
              fault.textContent = "Say why: others read it.";
              reason.focus();
              return;
            }
            if (typed.value.trim() !== me.stage) {
              fault.textContent = `Type ${me.stage} to confirm.`;
              typed.focus();
              return;
            }
            try {
              const said = await act("POST", "kill-switch", {
                on,
                reason: reason.value.trim(),
                confirm: typed.value.trim(),
              });
              close();
              done(said);
            } catch (error) {
              fault.textContent = error.message;
            }
          },
        },
      },
      el("div", { class: "field" }, el("label", { for: "stop-reason" }, "Reason (others read it)"), reason),
      el(
        "div",
        { class: "field" },
        el("label", { for: "stop-confirm" }, "To confirm, type ", el("code", {}, me.stage)),
        typed,
      ),
      fault,
      el(
        "p",
        { class: "row" },
        el("button", { type: "submit", class: on ? "danger" : "main" }, sign(on ? "stop" : "play"), words[0]),
      ),
    );
  open(words[0], el("p", {}, words[1]), form);
}
