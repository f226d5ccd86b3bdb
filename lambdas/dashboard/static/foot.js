/** Below everything: how much is known here, and the way out for whom an issuer let in. */
import { el, Part } from "./dom.js";
import { count } from "./words.js";

const foot = new Part(document.querySelector("#foot"));

/** @param known how many incidents
 *  @param cut whether older ones were left out
 *  @param leave what signs out; null: nobody signed in here */
export function showFoot(known, cut, leave) {
  foot.show([known, cut, leave !== null], () => [
    el("span", {}, `${count(known)}${cut ? "+" : ""} incidents known. All times are UTC.`),
    leave &&
      el("button", { id: "sign-out", class: "quiet", type: "button", on: { click: leave } }, "Sign out"),
  ]);
}
