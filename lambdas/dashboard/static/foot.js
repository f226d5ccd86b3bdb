/** Below everything: how much is known here, and the way out for whom an issuer let in. */
import { el, Part } from "./dom.js";
import { count } from "./words.js";

const foot = new Part(document.querySelector("#foot"));

/** @param known how many incidents
 *  @param leave what signs out; null: nobody signed in here */
export function showFoot(known, leave) {
  foot.show([known, leave !== null], () => [
    el("span", {}, `${count(known)} incidents known. Times are your own clock’s.`),
    leave &&
      el("button", { id: "sign-out", class: "quiet", type: "button", on: { click: leave } }, "Sign out"),
  ]);
}
