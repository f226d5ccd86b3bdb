/** The vote: who chose what with which weight, and the sums against what is needed of 1000. */
import { el, svg } from "./dom.js";
import { pill, sign } from "./signs.js";
import { capital, many, percent, plain, short } from "./words.js";

const TOTAL = 1000;
const STATE = {
  for: ["check", "good", "for it"], abstains: ["minus", "", "abstains"], silent: ["ring", "", "silent"],
  rejected: ["cross", "bad", "does not count"], quarantined: ["stop", "bad", "quarantined"], waiting: ["clock", "", "not yet"],
};

/** The rounds of the vote, the newest opened. */
export function vote({ rounds, quarantined }) {
  if (!rounds.length) return el("p", { class: "soft" }, "No vote yet: candidates are still being collected.");
  const earlier = rounds.slice(0, -1).reverse();
  return [
    round(rounds.at(-1)),
    quarantined.map((one) => el("p", {}, pill("stop", "bad", `${one.agent} quarantined`), ` ${one.reason} `,
      one.proof.length > 0 && el("span", { class: "small soft" }, "Proof: ", el("code", {}, one.proof.map(short).join(", "))))),
    earlier.length > 0 && el("details", { id: "rounds-before" }, el("summary", {}, many(earlier.length, "earlier round")),
      earlier.map((one) => el("div", { class: "earlier" }, round(one)))),
  ];
}

function round(one) {
  const winner = one.sums.find((sum) => sum.wins);
  const names = new Map(one.candidates.map((each) => [each.digest, each.title || plain(each.runbook)]));
  return [
    el("p", { class: "soft" }, `Attempt ${one.attempt}, round ${one.round}: `,
      el("strong", {}, verdict(one, winner, names))),
    sums(one, names),
    el("p", { class: "small soft" }, `Needed: more than ${one.more_than} of ${TOTAL}, ${one.min_approvers} agents, ${percent(one.min_confidence)} sure. `,
      one.lost_weight > 0 && `${one.lost_weight} of ${TOTAL} is lost, not redistributed.`),
    el("div", {}, one.ballots.map((ballot) => line(ballot, names, `${one.attempt}-${one.round}`))),
    one.struck.map((each) => el("p", { class: "small" }, sign("cross", "bad"), ` ${each.agent}: ${each.reason}`)),
    el("details", { id: `candidates-${one.attempt}-${one.round}` }, el("summary", {}, many(one.candidates.length, "candidate"), " with exact parameters"),
      one.candidates.map((each) => el("p", { class: "exact" }, `${short(each.digest)}  ${each.runbook} v${each.version} on ${each.target}`,
        Object.entries(each.parameters).map(([name, value]) => [el("br"), `${name} = ${value}`])))),
  ];
}

function verdict(one, winner, names) {
  if (winner) return `${names.get(winner.proposal) ?? short(winner.proposal)} wins with ${winner.weight} of ${TOTAL}`;
  if (one.kind || one.closed) return "no remedy has enough";
  return `${one.ballots.filter((each) => each.state !== "waiting").length} of ${one.ballots.length} have voted`;
}

function line(ballot, names, place) {
  const [shape, tone, word] = STATE[ballot.state] ?? ["ring", "", plain(ballot.state)];
  const choice = ballot.state === "for" || ballot.dissents ? names.get(ballot.choice) ?? short(ballot.choice) : "";
  return el("div", { class: "vote" },
    el("div", {}, el("div", { class: "name" }, capital(ballot.agent)), el("div", { class: "small soft" }, `weight ${ballot.weight}`)),
    el("div", { class: "number" }, ballot.confidence === null ? "" : [percent(ballot.confidence), el("div", { class: "small soft" }, "sure")]),
    el("div", { class: "why" },
      el("div", { class: "row" }, pill(shape, tone, word), choice && el("span", {}, choice), ballot.dissents && pill("alert", "warn", "dissents")),
      el("p", { class: "small" }, ballot.fault ? `Does not count: ${ballot.fault}` : ballot.reasoning)),
    ballot.evidence.length > 0 && el("details", { id: `ballot-${place}-${ballot.agent}` }, el("summary", {}, many(ballot.evidence.length, "fact"), " of its own"),
      el("ul", { class: "list-plain small" }, ballot.evidence.map((each) => el("li", {}, each)))));
}

const WIDE = 640, LEFT = 4, BAR = 26, ROW = 58;

/** A bar a candidate: each supporter's weight with its name, and the line that must be crossed. */
function sums(one, names) {
  const counted = one.sums.length ? one.sums : preliminary(one);
  if (!counted.length) return null;
  const high = counted.length * ROW + 18, scale = (WIDE - 2 * LEFT) / TOTAL, need = LEFT + one.more_than * scale;
  const weights = Object.fromEntries(one.ballots.map((each) => [each.agent, each.weight]));
  const said = counted.map((sum) => `${names.get(sum.proposal) ?? short(sum.proposal)}: ${sum.approvers.map((each) => `${each} ${weights[each]}`).join(" + ") || "nobody"} = ${sum.weight} of ${TOTAL}`);
  return svg("svg", { class: "picture sums", viewBox: `0 0 ${WIDE} ${high}`, role: "img", "aria-label": `Sums of the vote. ${said.join(". ")}. More than ${one.more_than} is needed.` },
    counted.map((sum, index) => bar(sum, weights, names, 16 + index * ROW, scale)),
    svg("line", { x1: need, x2: need, y1: 14, y2: high, class: "need" }),
    svg("text", { x: need - 5, y: 11, "text-anchor": "end", class: "axis" }, `more than ${one.more_than} needed`));
}

function bar(sum, weights, names, top, scale) {
  let x = LEFT;
  const parts = sum.approvers.map((agent) => {
    const width = weights[agent] * scale, at = x;
    x += width;
    return [svg("rect", { x: at + 1, y: top + 20, width: width - 2, height: BAR, rx: 3, class: sum.wins ? "part won" : "part" }),
      svg("text", { x: at + width / 2, y: top + 20 + BAR / 2 + 4, "text-anchor": "middle", class: "part-text" }, width > 90 ? `${agent} ${weights[agent]}` : weights[agent])];
  });
  return svg("g", {},
    svg("text", { x: LEFT, y: top + 13, class: "name" }, `${sum.wins ? "✓ " : ""}${names.get(sum.proposal) ?? short(sum.proposal)}`),
    svg("text", { x: WIDE - LEFT, y: top + 13, "text-anchor": "end", class: "name" }, `${sum.weight} of ${TOTAL}`),
    svg("rect", { x: LEFT, y: top + 20, width: WIDE - 2 * LEFT, height: BAR, rx: 4, class: "rail" }),
    parts);
}

function preliminary(one) {
  return one.candidates.map(({ digest }) => {
    const yes = one.ballots.filter((each) => each.state === "for" && each.choice === digest);
    return { proposal: digest, weight: yes.reduce((all, each) => all + each.weight, 0), approvers: yes.map((each) => each.agent), wins: false };
  });
}

/** The certificate: the ballots with their MACs. */
export function certificate({ certificate: shown }) {
  if (!shown) return null;
  return [
    el("p", {}, `${capital(plain(shown.kind))}, attempt ${shown.attempt}, round ${shown.round}, ${percent(shown.confidence)} sure.`),
    el("table", { class: "small" }, el("thead", {}, el("tr", {}, ["Agent", "Ballot", "MAC"].map((one) => el("th", { scope: "col" }, one)))),
      el("tbody", {}, shown.ballots.map((one) => el("tr", {}, el("td", {}, one.agent), el("td", {}, el("code", {}, short(one.digest))), el("td", {}, el("code", {}, short(one.mac))))))),
    el("p", { class: "small soft" }, "The executor counts these ballots again from the log before it asks for any credential."),
  ];
}
