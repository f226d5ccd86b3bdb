/** What a state is called, which colour it has, and its shape: no meaning hangs on colour alone. */
import { el, svg } from "./dom.js";
import { capital, plain } from "./words.js";

const SHAPES = {
  search: [
    "M6.500 2a4.500 4.500 0 1 0 2.700 8.100l3.350 3.350 1.400-1.400-3.350-3.350A4.500 4.500 0 0 0 6.500 2z",
    "M6.500 4a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5z",
  ],
  vote: ["M2 7h12v7H2zM6.500 1.500h5v5h-5z"],
  hand: ["M8 0.500 15.500 8 8 15.500.500 8zM7 4v5h2V4zM7 10.200v2h2v-2z"],
  play: ["M3.500 1.500v13L14 8z"],
  eye: [
    "M8 3C4 3 1.500 6 .500 8c1 2 3.500 5 7.500 5s6.500-3 7.500-5C14.500 6 12 3 8 3zm0 2.200a2.800 2.800 0 1 1 0 5.600 2.800 2.800 0 0 1 0-5.600z",
  ],
  check: [
    "M8 .500a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15zm4.200 5.400-5 5.300-3.300-3.200 1.400-1.400 1.800 1.800 3.700-3.900z",
  ],
  alert: ["M8 .500 15.700 14.500H.300zM7.100 5.500v4.500h1.800V5.500zm0 5.600v1.800h1.800v-1.800z"],
  undo: ["M6 1.500 1 5.500l5 4V7h3.500a2.250 2.250 0 0 1 0 4.500H5V14h4.500a4.750 4.750 0 0 0 0-9.500H6z"],
  ring: ["M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 2.200a4.800 4.800 0 1 1 0 9.600 4.800 4.800 0 0 1 0-9.600z"],
  box: ["M2 2h12v12H2z"],
  cross: [
    "M3.300 1.500 8 6.200l4.700-4.700 1.800 1.800L9.800 8l4.700 4.700-1.800 1.800L8 9.800l-4.700 4.700-1.800-1.800L6.200 8 1.500 3.300z",
  ],
  minus: ["M1.500 6.800h13v2.400h-13z"],
  person: [
    "M8 1.200a3.400 3.400 0 1 1 0 6.800 3.400 3.400 0 0 1 0-6.800zM1.500 15c0-3.600 2.900-5.800 6.500-5.800s6.500 2.200 6.500 5.800z",
  ],
  stop: ["M5 .800h6L15.200 5v6L11 15.200H5L.800 11V5z"],
  clock: [
    "M8 .500a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15zM7 3.500h2v4.100l2.700 1.600-1 1.700L7 8.700z",
  ],
};

/** A small picture; what it means stands beside it as text. */
export function sign(name, tone = "") {
  return svg(
    "svg",
    { viewBox: "0 0 16 16", class: `sign ${tone}`, "aria-hidden": "true", focusable: "false" },
    svg("path", { d: SHAPES[name].join(""), "fill-rule": "evenodd" }),
  );
}

const STATUS = {
  detected: ["search", "busy", "Detected"],
  investigating: ["search", "busy", "Investigating"],
  voting: ["vote", "busy", "Voting"],
  awaiting_approval: ["hand", "warn", "Needs approval"],
  acting: ["play", "busy", "Acting"],
  watching: ["eye", "busy", "Watching"],
  resolved: ["check", "good", "Resolved"],
  rolled_back: ["undo", "bad", "Rolled back"],
  escalated: ["alert", "bad", "Human decides"],
  owned: ["person", "busy", "Somebody has it"],
  observed: ["ring", "", "Observed only"],
  closed: ["box", "", "Closed"],
};

/** The words for a status. */
export const statusWord = (status) => STATUS[status]?.[2] ?? capital(plain(status));

/** A status as shape, colour and word. */
export function status(name) {
  const [shape, tone] = STATUS[name] ?? ["ring", ""];
  return el("span", { class: `pill ${tone}` }, sign(shape), statusWord(name));
}

const SEVERITY = {
  critical: ["stop", "bad"],
  high: ["alert", "bad"],
  medium: ["hand", "warn"],
  low: ["minus", ""],
};

/** A severity as shape, colour and word. */
export function severity(name) {
  const [shape, tone] = SEVERITY[String(name).toLowerCase()] ?? ["ring", ""];
  return el("span", { class: `severity ${tone}` }, sign(shape), " ", capital(plain(name)));
}

/** A pill of one's own. */
export const pill = (shape, tone, text) => el("span", { class: `pill ${tone}` }, sign(shape), text);
