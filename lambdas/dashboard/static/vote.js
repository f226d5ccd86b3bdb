/** The vote: who chose what with which weight, and the sums against what is needed of 1000. */
import { el } from "./dom.js";
import { pill, sign } from "./signs.js";
import { capital, many, percent, plain, short } from "./words.js";

const TOTAL = 1000;
const STATE = {
  for: ["check", "good", "for it"],
  abstains: ["minus", "", "abstains"],
  silent: ["ring", "", "silent"],
  rejected: ["cross", "bad", "does not count"],
  quarantined: ["stop", "bad", "quarantined"],
  waiting: ["clock", "", "not yet"],
};

/** The rounds of the vote, the newest opened. */
export function vote({ rounds, quarantined }) {
  if (!rounds.length) return el("p", { class: "soft" }, "No vote yet: candidates are still being collected.");
  const earlier = rounds.slice(0, -1).reverse();
  return [
    round(rounds.at(-1)),
    quarantined.map((one) =>
      el(
        "p",
        {},
        pill("stop", "bad", `${one.agent} quarantined`),
        ` ${one.reason} `,
        one.proof.length > 0 &&
          el("span", { class: "small soft" }, "Proof: ", el("code", {}, one.proof.map(short).join(", "))),
      ),
    ),
    earlier.length > 0 &&
      el(
        "details",
        { id: "rounds-before" },
        el("summary", {}, many(earlier.length, "earlier round")),
        earlier.map((one) => el("div", { class: "earlier" }, round(one))),
      ),
  ];
}

function round(one) {
  const winner = one.sums.find((sum) => sum.wins);
  const names = new Map(one.candidates.map((each) => [each.digest, each.title || plain(each.runbook)]));
  return [
    el(
      "p",
      { class: "soft" },
      `Attempt ${one.attempt}, round ${one.round}: `,
      el("strong", {}, verdict(one, winner, names)),
    ),
    sums(one, names),
    el(
      "p",
      { class: "small soft" },
      el("span", { class: "need-key", "aria-hidden": "true" }),
      `Needed: more than ${one.more_than} of ${TOTAL}, ${one.min_approvers} agents, ${percent(one.min_confidence)} sure. `,
      one.lost_weight > 0 && `${one.lost_weight} of ${TOTAL} is lost, not redistributed.`,
    ),
    el(
      "div",
      {},
      one.ballots.map((ballot) => line(ballot, names, `${one.attempt}-${one.round}`)),
    ),
    one.struck.map((each) =>
      el("p", { class: "small" }, sign("cross", "bad"), ` ${each.agent}: ${each.reason}`),
    ),
    el(
      "details",
      { id: `candidates-${one.attempt}-${one.round}` },
      el("summary", {}, many(one.candidates.length, "candidate"), " with exact parameters"),
      one.candidates.map((each) =>
        el(
          "p",
          { class: "exact" },
          `${short(each.digest)}  ${each.runbook} v${each.version} on ${each.target}`,
          Object.entries(each.parameters).map(([name, value]) => [el("br"), `${name} = ${value}`]),
        ),
      ),
    ),
  ];
}

function verdict(one, winner, names) {
  if (winner)
    return `${names.get(winner.proposal) ?? short(winner.proposal)} wins with ${winner.weight} of ${TOTAL}`;
  if (one.kind || one.closed) return "no remedy has enough";
  return `${one.ballots.filter((each) => each.state !== "waiting").length} of ${one.ballots.length} have voted`;
}

function line(ballot, names, place) {
  const [shape, tone, word] = STATE[ballot.state] ?? ["ring", "", plain(ballot.state)];
  const choice =
    ballot.state === "for" || ballot.dissents ? (names.get(ballot.choice) ?? short(ballot.choice)) : "";
  return el(
    "div",
    { class: "vote" },
    el(
      "div",
      {},
      el("div", { class: "name" }, capital(ballot.agent)),
      el("div", { class: "small soft" }, `weight ${ballot.weight}`),
    ),
    el(
      "div",
      { class: "number" },
      ballot.confidence === null
        ? ""
        : [percent(ballot.confidence), el("div", { class: "small soft" }, "sure")],
    ),
    el(
      "div",
      { class: "why" },
      el(
        "div",
        { class: "row" },
        pill(shape, tone, word),
        choice && el("span", {}, choice),
        ballot.dissents && pill("alert", "warn", "dissents"),
      ),
      el("p", { class: "small" }, ballot.fault ? `Does not count: ${ballot.fault}` : ballot.reasoning),
    ),
    ballot.evidence.length > 0 &&
      el(
        "details",
        { id: `ballot-${place}-${ballot.agent}` },
        el("summary", {}, many(ballot.evidence.length, "fact"), " of its own"),
        el(
          "ul",
          { class: "list-plain small" },
          ballot.evidence.map((each) => el("li", {}, each)),
        ),
      ),
  );
}

/** A bar a candidate: each supporter's weight, and the line that must be crossed. */
function sums(one, names) {
  const counted = one.sums.length ? one.sums : preliminary(one);
  const weights = Object.fromEntries(one.ballots.map((each) => [each.agent, each.weight]));
  return el(
    "ul",
    { class: "sums" },
    counted.map((sum) => {
      const who = sum.approvers.map((each) => `${each} ${weights[each]}`).join(" + ") || "nobody";
      return el(
        "li",
        { class: "sum" },
        el(
          "div",
          { class: "row between" },
          el(
            "span",
            {},
            sum.wins && [sign("check", "good"), " "],
            names.get(sum.proposal) ?? short(sum.proposal),
          ),
          el("strong", {}, `${sum.weight} of ${TOTAL}`),
        ),
        el(
          "div",
          {
            class: `rail ${sum.wins ? "won" : ""}`,
            role: "img",
            "aria-label": `${who} = ${sum.weight} of ${TOTAL}; more than ${one.more_than} is needed`,
          },
          sum.approvers.map((each) =>
            share(
              el("span", { class: "part" }, el("span", { class: "who-short" }, `${each} `), weights[each]),
              weights[each],
            ),
          ),
          share(el("span"), TOTAL - sum.weight),
          need(one.more_than),
        ),
      );
    }),
  );
}

/** As wide as its share of the whole: set by the object model, since a style attribute is not allowed here. */
function share(node, weight) {
  node.style.flexGrow = String(weight);
  return node;
}

function need(more) {
  const line = el("span", { class: "need" });
  line.style.left = `${more / (TOTAL / 100)}%`;
  return line;
}

function preliminary(one) {
  return one.candidates.map(({ digest }) => {
    const yes = one.ballots.filter((each) => each.state === "for" && each.choice === digest);
    return {
      proposal: digest,
      weight: yes.reduce((all, each) => all + each.weight, 0),
      approvers: yes.map((each) => each.agent),
      wins: false,
    };
  });
}

/** The certificate: the ballots with their MACs. */
export function certificate({ certificate: shown }) {
  if (!shown) return null;
  return [
    el(
      "p",
      {},
      `${capital(plain(shown.kind))}, attempt ${shown.attempt}, round ${shown.round}, ${percent(shown.confidence)} sure.`,
    ),
    el(
      "table",
      { class: "small" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          ["Agent", "Ballot", "MAC"].map((one) => el("th", { scope: "col" }, one)),
        ),
      ),
      el(
        "tbody",
        {},
        shown.ballots.map((one) =>
          el(
            "tr",
            {},
            el("td", {}, one.agent),
            el("td", {}, el("code", {}, short(one.digest))),
            el("td", {}, el("code", {}, short(one.mac))),
          ),
        ),
      ),
    ),
    el(
      "p",
      { class: "small soft" },
      "The executor counts these ballots again from the log before it asks for any credential.",
    ),
  ];
}
