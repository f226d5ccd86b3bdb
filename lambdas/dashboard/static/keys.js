/** Keyboard shortcuts; a person can switch the single keys off (WCAG 2.1.4). */

const CHOICE = "incident-commander.keys";

export const SHORTCUTS = [
  ["?", "this list"],
  ["g i", "incidents"],
  ["g h", "health"],
  ["g a", "autonomy"],
  ["g r", "runbooks"],
  ["g u", "audit"],
  ["j", "next incident"],
  ["k", "incident before"],
  ["/", "find"],
  ["a", "what is asked of you"],
  ["Esc", "back to the list"],
];
const PLACES = { i: "#/", h: "#/health", a: "#/autonomy", r: "#/runbooks", u: "#/audit" };

export const enabled = () => localStorage.getItem(CHOICE) !== "off";
export const toggle = (on) => localStorage.setItem(CHOICE, on ? "on" : "off");

/** Listens. @param does  help, step(by), find, ask, back */
export function listen(does) {
  let leader = false;
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, dialog");
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !event.target.closest?.("dialog")) {
      if (typing) event.target.blur();
      else does.back();
      return;
    }
    if (typing || !enabled()) return;
    const place = leader && PLACES[event.key];
    leader = event.key === "g";
    const action = {
      "?": does.help,
      j: () => does.step(1),
      k: () => does.step(-1),
      "/": does.find,
      a: does.ask,
    }[event.key];
    if (place) location.hash = place;
    else if (action) action();
    else return;
    event.preventDefault();
  });
}
