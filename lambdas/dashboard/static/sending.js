/** Sending something once: what sends is locked while it is under way, and says what came of it. */
import { act } from "./api.js";
import { el } from "./dom.js";

/** Runs `work` unless it runs already; a refusal is said in `fault`, and what was typed stays.
 *  @param node  the form or button that sends
 *  @returns whether it was done */
export async function once(node, fault, work) {
  if (node.getAttribute("aria-busy") === "true") return false;
  fault.textContent = "";
  lock(node, true);
  try {
    await work();
    return true;
  } catch (error) {
    fault.textContent = error.message;
    return false;
  } finally {
    lock(node, false);
  }
}

function lock(node, on) {
  if (on) node.setAttribute("aria-busy", "true");
  else node.removeAttribute("aria-busy");
  const buttons = node.matches("button") ? [node] : node.querySelectorAll("button");
  for (const button of buttons) button.disabled = on;
}

/** Sends something about an incident; the server counts the same words of the same person once. */
export const say = (row, what, body) => act("POST", `incidents/${encodeURIComponent(row.id)}/${what}`, body);

/** Where a refusal is said. */
export const faultLine = (id) => el("p", { class: "fault", role: "alert", id });

/** A labelled field. */
export const field = (input, ...label) =>
  el("div", { class: "field" }, el("label", { for: input.id }, ...label), input);

/** Whether something is typed; if not, it says so and goes there. */
export function given(input, fault, sentence) {
  if (input.value.trim()) return true;
  fault.textContent = sentence;
  input.focus();
  return false;
}
