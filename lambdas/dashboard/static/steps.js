/** Where an incident is on its way, and what the machine does now. */
import { el } from "./dom.js";
import { many, plain } from "./words.js";

const WAY = [
  ["detected", "Detected"],
  ["investigating", "Investigate"],
  ["voting", "Vote"],
  ["awaiting_approval", "Approve"],
  ["acting", "Act"],
  ["watching", "Watch"],
  ["resolved", "Resolved"],
];
const ILL = {
  rolled_back: "Rolled back",
  escalated: "Human decides",
  owned: "People",
  observed: "Observed",
  closed: "Closed",
};

/** The way as a list; the step that counts now is marked. */
export function way(page) {
  const { row } = page,
    last = ILL[row.status];
  const at = WAY.findIndex(([name]) => name === row.status);
  const reached = last ? reachedBefore(page) : at;
  const steps = WAY.map(([name, word], index) => {
    const now = !last && index === at,
      skipped = name === "awaiting_approval" && index < reached && !page.approval;
    const state = now ? "now" : skipped ? "passed" : index < reached ? "done" : "";
    return el(
      "li",
      { class: `step ${state}`, "aria-current": now ? "step" : null },
      word,
      el(
        "span",
        { class: "hidden" },
        { done: " (done)", passed: " (not needed)", now: "" }[state] ?? " (to come)",
      ),
    );
  });
  if (last) steps.splice(-1, 1, el("li", { class: "step now ill", "aria-current": "step" }, last));
  return el("ol", { class: "steps", "aria-label": "Progress" }, steps);
}

function reachedBefore({ doing, approval, rounds, agents }) {
  if (doing.verified || doing.regressed) return 6;
  if (doing.actions.length) return 5;
  if (approval) return 4;
  if (rounds.length) return 3;
  return agents.some((one) => one.state !== "asked") ? 2 : 1;
}

/** What the machine does at this moment, in a line and a half. */
export function doingNow(page) {
  const { row, rounds, doing } = page,
    vote = rounds.at(-1),
    running = doing.actions.findLast((one) => one.state === "running");
  if (!row.closed && row.owner) return ["Nothing", `${row.owner} has it`];
  switch (row.status) {
    case "detected":
      return ["Starting", "asks the agents next"];
    case "investigating":
      return ["Investigating", waiting(page)];
    case "voting":
      return [
        "Voting",
        vote
          ? `${many(vote.candidates.length, "remedy", "remedies")}, round ${vote.round}`
          : "candidates are frozen",
      ];
    case "awaiting_approval":
      return ["Waiting", "for a person’s decision"];
    case "acting":
      return running?.step && running.step !== "do"
        ? ["Undoing", running.proposal.title]
        : ["Acting", (running ?? doing.actions.at(-1))?.proposal.title ?? row.remedy?.title ?? ""];
    case "watching":
      return ["Watching", doing.verified ? "verified; undone if it comes back" : "whether it helped"];
    case "resolved":
      return ["Nothing", "it is resolved"];
    case "observed":
      return ["Nothing", "only observed: nothing was executed"];
    case "rolled_back":
      return ["Nothing more", "the remedy was undone"];
    case "escalated":
      return ["Nothing more", "a human decides"];
    default:
      return ["Nothing", row.outcome ? plain(row.outcome) : "it is closed"];
  }
}

function waiting({ agents }) {
  const silent = agents.filter((one) => one.state === "asked").map((one) => one.agent);
  return silent.length ? `waits for ${silent.join(", ")}` : "every agent has answered";
}
