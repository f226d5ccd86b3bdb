/** The page of one incident: what is broken, who is hurt, what the machine does, what it asks, how to stop it, what it costs. */
import { now, read, Refused, since } from "./api.js";
import { ask, pair, takeOver } from "./ask.js";
import { charts } from "./chart.js";
import { el, fill, Part, svg, tick } from "./dom.js";
import { graph } from "./graph.js";
import { spent } from "./incidents.js";
import { pill, severity, sign, status } from "./signs.js";
import { doingNow, way } from "./steps.js";
import { timeline } from "./timeline.js";
import { trace } from "./trace.js";
import { certificate, vote } from "./vote.js";
import { capital, count, countdown, many, money, percent, plain, span, time } from "./words.js";

const METRICS_EVERY = 10_000, AUDIT_EVERY = 60_000, AGAIN_EVERY = 30_000;

export class IncidentPage {
  /** @param id  of the incident
   *  @param changed  called when an action was done, to ask the feed at once
   *  @param say  tells a person something that matters */
  constructor(id, { changed, say }) {
    Object.assign(this, { id, changed, say, answer: null, fault: null, readAt: 0, metricsAt: 0, auditAt: 0, version: 0, reading: false });
    this.path = `incidents/${encodeURIComponent(id)}`;
  }

  title() {
    const row = this.answer?.incident.row;
    return row ? `${row.service}: ${plain(row.status)}` : this.id;
  }

  build(main) {
    const part = (name, tag = "div", properties = {}) => (this[name] = new Part(el(tag, properties)));
    const sheet = (name, title, id) => el("section", { class: "sheet", "aria-labelledby": id }, el("h2", { id }, title), part(name).node);
    part("head", "div", { class: "headline" });
    part("facts", "dl", { class: "facts" });
    part("ask", "div", { class: "ask-place" });
    part("stop", "div", { class: "stop-place" });
    part("steps", "div", { class: "sheet way" });
    this.body = el("div", { hidden: true },
      this.head.node, this.facts.node, this.ask.node, this.stop.node, this.steps.node,
      el("div", { class: "two" },
        el("div", { class: "stack" },
          el("div", { class: "pair-of" },
            sheet("graph", "Where it is broken", "h-graph"), sheet("found", "What the agents found", "h-found")),
          sheet("metrics", "What is measured", "h-metrics"),
          sheet("vote", "The vote", "h-vote"),
          sheet("action", "The action and its undo", "h-action"),
          sheet("timeline", "Timeline", "h-timeline"),
          this.traceSheet = el("section", { class: "sheet", "aria-labelledby": "h-trace", hidden: true },
            el("h2", { id: "h-trace" }, "Reasoning trace: who saw what"), part("trace").node)),
        el("aside", { class: "stack side", "aria-label": "Money and proof" },
          sheet("sure", "How sure each agent is", "h-sure"),
          sheet("money", "Money", "h-money"),
          sheet("proof", "Proof", "h-proof"),
          sheet("told", "Who was told", "h-told"))));
    this.waiting = el("p", { class: "loading" }, "Loading …");
    fill(main, this.waiting, this.body);
    this.update();
  }

  /** @param row  as the feed knows it: a newer version is read at once */
  async update(row = null) {
    if (this.reading) return;
    const over = this.answer?.running.until && since(this.answer.running.until) > 0;
    const newer = !this.answer || (row && row.version > this.version);
    this.reading = true;
    try {
      if (newer || over || Date.now() - this.readAt > AGAIN_EVERY) await this.again();
      if (this.answer && Date.now() - this.metricsAt > METRICS_EVERY) await this.measure();
      if (this.answer && Date.now() - this.auditAt > AUDIT_EVERY) await this.check();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.fault = error;
      if (!this.answer) fill(this.waiting, error.status === 404 ? `There is no incident ${this.id}. ` : error.message, " ", el("a", { href: "#/" }, "All incidents"));
    } finally {
      this.reading = false;
    }
  }

  async again() {
    const answer = await read(this.path, { fresh: !this.answer });
    this.readAt = Date.now();
    if (!answer || (this.answer && answer.incident.row.version < this.version)) return;
    this.answer = answer;
    this.version = answer.incident.row.version;
    this.show();
  }

  async measure() {
    this.metricsAt = Date.now();
    const found = await read(`${this.path}/metrics`, { fresh: !this.metrics.shown }).catch(() => null);
    if (found) this.metrics.show(found, charts);
  }

  async check() {
    this.auditAt = Date.now();
    const found = await read(`${this.path}/audit`, { fresh: !this.audit }).catch(() => null);
    if (found) this.audit = found;
    this.showProof();
  }

  show() {
    const { incident: page, running, may } = this.answer, { row } = page;
    this.waiting.hidden = true;
    this.body.hidden = false;
    const done = async (said) => {
      this.say(said?.said ?? "Done.");
      this.changed();
      await this.again();
    };
    this.head.show([row.id, row.status, row.severity, row.summary, row.service, row.classification], () => headline(row));
    this.facts.show([row, running, doingNow(page), page.nodes], () => facts(page, running));
    const asked = [page.approval, page.taken, row.status, row.taken_by, may, page.suggestion, page.reasons];
    this.ask.show(asked, () => ask(this.answer, done) ?? []);
    this.steps.show([row.status, page.approval?.state, page.doing.actions.length], () => way(page));
    this.graph.show(this.answer.graph, graph);
    this.found.show(page.agents, agents);
    this.vote.show([page.rounds, page.quarantined], () => vote(page));
    this.action.show([page.doing, page.verdicts, page.approval, page.reasons], () => action(page));
    this.timeline.show([page.timeline, page.ignored], () => timeline(page));
    this.stop.show([row.status, row.taken_by, may], () => stop(page, may, done));
    this.sure.show([page.confidence, page.agents.map((one) => [one.agent, one.state])], () => sure(page));
    this.money.show([running, row.spent, page.tokens], () => moneyPart(page, running));
    this.told.show([page.told, page.told_total], () => told(page));
    this.showProof();
    const traced = page.trace ?? this.answer.trace;
    this.traceSheet.hidden = !traced;
    if (traced) this.trace.show(traced, trace);
  }

  showProof() {
    const page = this.answer.incident;
    this.proof.show([page.certificate, this.audit], () => proof(page, this.audit));
  }
}

function headline(row) {
  return [
    el("p", { class: "row" }, status(row.status), severity(row.severity), el("code", { class: "faint" }, row.id)),
    el("h1", {}, capital(row.summary)),
  ];
}

function facts(page, running) {
  const { row } = page, { timing } = row, [what, detail] = doingNow(page);
  const hurt = page.nodes.filter((one) => one.symptoms.length || one.health === "unwell").map((one) => one.service);
  const root = page.nodes.find((one) => one.root_cause_rank === 1 || one.health === "root_cause");
  const users = Number(running.user_charge);
  const fact = (term, big, small) => el("div", { class: "fact" }, el("dt", {}, term), el("dd", {}, big), el("dd", {}, small));
  return [
    fact("Broken", root?.service ?? row.service, root ? "root cause" : "root cause not known yet"),
    fact("Hurt", users ? `${count(users)} users` : hurt.join(", ") || row.service, `${row.tier} tier${users && hurt.length ? `; ${hurt.join(", ")} ${hurt.length > 1 ? "feel" : "feels"} it` : ""}`),
    fact("The machine now", what, detail),
    timer(timing, fact),
    fact("Money", tick(el("span", { class: "big" }), () => money(Math.floor(spent(running)))),
      Number(running.usd_per_minute) ? `${money(running.usd_per_minute)} a minute` : "and no more"),
  ];
}

function timer(timing, fact) {
  const end = timing.verified_at ?? timing.resolved_at ?? timing.closed_at;
  if (end) {
    const took = (new Date(end) - new Date(timing.began_at)) / 1_000, good = timing.verified_at && took <= timing.target_seconds;
    return fact(timing.verified_at ? "Verified after" : "Handed over after", [sign(good ? "check" : timing.verified_at ? "clock" : "box", good ? "good" : ""), " ", span(took)],
      `target ${span(timing.target_seconds)}`);
  }
  const left = () => (new Date(timing.due_at).getTime() - now()) / 1_000;
  return fact("Time to resolve", tick(el("span", { class: "big" }), () => countdown(left())),
    tick(el("span"), () => (left() >= 0 ? `left of ${span(timing.target_seconds)}` : `over the target of ${span(timing.target_seconds)}`)));
}

function agents(found) {
  const states = { asked: pill("clock", "", "looks"), silent: pill("ring", "", "silent"), reused: pill("clock", "warn", "cached"), quarantined: pill("stop", "bad", "quarantined") };
  return el("ul", { class: "agents" }, found.map((one) => el("li", { class: "agent" },
    el("h3", { class: "row" }, capital(one.agent), states[one.state]?.cloneNode(true)),
    one.summary && el("p", { class: "small" }, capital(one.summary)),
    one.cause && el("p", { class: "small soft" }, `Kind of cause: ${plain(one.cause)}`),
    one.left_out.length > 0 && el("p", { class: "small warn" }, `Partial: no time for ${one.left_out.join(", ")}`),
    one.cached_seconds !== null && el("p", { class: "small warn" }, `Its breaker is open: this is ${span(one.cached_seconds)} old`),
    one.evidence.length > 0 && el("details", { id: `evidence-${one.agent}` }, el("summary", {}, many(one.evidence_total, "fact")),
      el("ul", { class: "list-plain small" }, one.evidence.map((each) => el("li", {}, el("span", { class: "soft" }, `${plain(each.kind)}, ${each.service}: `), each.statement)))))));
}

function sure({ agents: all }) {
  return el("div", { class: "tight" }, all.map((one) => {
    const value = one.confidence;
    return el("div", { class: "confidence" }, el("span", {}, capital(one.agent)),
      svg("svg", { class: "meter", viewBox: "0 0 1000 100", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { class: "ground", width: 1000, height: 100 }), svg("rect", { class: "value", width: value ?? 0, height: 100 }), svg("rect", { class: "edge-mark", x: 500, width: 8, height: 100 })),
      el("span", { class: "number" }, value === null ? "–" : percent(value)));
  }), el("p", { class: "small soft" }, "In what it found. A ballot below the mark (50 %) is an abstention."));
}

function stop(page, may, done) {
  const { row } = page;
  if (row.taken_by || row.closed || row.status === "escalated" || row.status === "rolled_back") return [];
  const calm = page.approval?.state === "open" ? "Rather do it yourself? " : "Nothing is asked of you. ";
  if (!may.includes("take_over")) return el("p", { class: "stop-line soft" }, calm, "An approver or operator can take it from the machine at any time.");
  return el("details", { id: "stop-more", class: "stop-line" },
    el("summary", {}, el("span", { class: "soft" }, calm), el("span", { class: "button" }, sign("stop", "bad"), "Take it from the machine")),
    el("p", { class: "soft" }, "The machine starts nothing more here. What runs already ends; undoing it is then yours."),
    takeOver(row, done, "Take over now"));
}

function moneyPart({ row, tokens }, running) {
  const asked = tokens.tokens_in + tokens.tokens_out;
  return el("dl", { class: "pairs narrow" },
    pair("Business", tick(el("strong"), () => money(Math.floor(spent(running))))),
    pair("A minute", Number(running.usd_per_minute) ? money(running.usd_per_minute) : "no more"),
    Number(running.user_charge) > 0 && pair("Users, once", money(running.user_charge)),
    pair("This response", money(row.spent.own_usd)),
    pair("Tokens", asked ? `${count(tokens.tokens_in)} in, ${count(tokens.tokens_out)} out` : "none: no model was asked"),
    running.estimated && pair("Note", "by its tier: the service is not in the catalogue"));
}

function action({ doing, verdicts, approval, reasons }) {
  const parts = [
    verdicts.map((one) => el("p", {}, pill(one.permitted ? "check" : "stop", one.permitted ? "good" : "warn", one.permitted ? `Policy permits it at ${one.autonomy}` : `Policy withholds it at ${one.autonomy}`),
      " ", el("span", { class: "small" }, one.reasons.join("; ")))),
    approval && approval.state !== "open" && el("p", {}, pill(approval.state === "granted" ? "check" : "cross", approval.state === "granted" ? "good" : "warn", `Approval ${approval.state}`),
      el("span", { class: "small" }, ` ${approval.denied_by ? `by ${approval.denied_by}` : approval.by.length ? `by ${approval.by.join(", ")}` : ""}`)),
    doing.rehearsals.map((one) => el("p", {}, pill(one.passed ? "check" : "alert", one.passed ? "good" : "warn", one.passed ? "Rehearsed" : "Rehearsal stops it"),
      " ", el("span", { class: "small" }, one.reason || one.done.join("; "), one.impossible.length ? ` Not possible: ${one.impossible.join("; ")}` : ""))),
    doing.actions.map(step),
    doing.credentials.length > 0 && el("details", { id: "credentials" }, el("summary", {}, many(doing.credentials.length, "credential"), " for exactly this"),
      doing.credentials.map((one) => el("p", { class: "small" }, el("code", {}, one.session), ` of ${one.role}, until ${time(one.ends_at)}${one.undo ? " (undo)" : ""}`))),
    doing.verified && el("p", {}, pill("check", "good", "Verified"), ` ${doing.verified.statement}`),
    doing.regressed && el("p", {}, pill("alert", "bad", "Regression"), ` ${doing.regressed.statement}`),
    doing.rolled_back && el("p", {}, pill("undo", doing.rolled_back.restored ? "good" : "bad", doing.rolled_back.restored ? "Undone: everything is as it was" : "Undone, but a difference is left"), ` ${doing.rolled_back.differences.join("; ")}`),
    reasons.filter((one) => one.about !== "asked" && one.about !== "withheld").map((one) => el("p", { class: "small" }, el("span", { class: "soft" }, `${time(one.at)} ${plain(one.about)}: `), plain(one.says))),
  ].flat().filter(Boolean);
  return parts.length ? el("div", { class: "tight" }, parts) : el("p", { class: "soft" }, "Nothing was decided yet, so nothing is done.");
}

function step(one) {
  const word = { do: "Done", undo: "Undo", known_good: "Back to the last good state" }[one.step], state = { running: ["play", "busy", "runs"], succeeded: ["check", "good", "succeeded"], failed: ["cross", "bad", "failed"] }[one.state];
  const names = [...new Set([...Object.keys(one.before), ...Object.keys(one.after)])];
  return el("div", { class: "done-step" },
    el("p", { class: "row" }, el("strong", {}, `${word}: ${one.proposal.title || one.proposal.runbook}`), pill(...state), el("span", { class: "small soft" }, time(one.started_at),
      one.ended_at ? `, took ${span((new Date(one.ended_at) - new Date(one.started_at)) / 1_000)}` : "")),
    el("p", { class: "exact" }, `${one.proposal.runbook} v${one.proposal.version} on ${one.proposal.target}`, Object.entries(one.proposal.parameters).map(([name, value]) => [el("br"), `${name} = ${value}`])),
    one.failed && el("p", { class: "small bad" }, one.failed),
    names.length > 0 && el("table", { class: "small states" }, el("thead", {}, el("tr", {}, ["What is compared", "Before", "After"].map((each) => el("th", { scope: "col" }, each)))),
      el("tbody", {}, names.map((name) => el("tr", {}, el("th", { scope: "row" }, plain(name)), el("td", {}, shown(one.before[name])), el("td", {}, shown(one.after[name])))))));
}

const shown = (value) => (value === undefined ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value));

function proof({ certificate: certified }, audit) {
  const state = { holds: ["check", "good", "The log holds"], broken: ["alert", "bad", "The log is broken"], unknown: ["ring", "", "Not checked yet"] }[audit?.state ?? "unknown"];
  return [
    el("p", {}, pill(...state), el("span", { class: "small soft" }, audit ? ` ${audit.checked === "everything" ? "hashes, MACs, copies and anchors" : "hashes and order"}, ${many(audit.version, "event")}` : "")),
    audit?.findings.map((one) => el("p", { class: "small bad" }, one)),
    certified ? el("details", { id: "certificate" }, el("summary", {}, `Certificate: ${plain(certified.kind)}, ${many(certified.ballots.length, "ballot")}`), certificate({ certificate: certified }))
      : el("p", { class: "small soft" }, "No certificate: without one nothing is done."),
  ];
}

function told({ told: all, told_total: total }) {
  if (!all.length) return el("p", { class: "soft" }, "Nobody yet.");
  return [el("ul", { class: "list-plain small" }, all.slice(-6).reverse().map((one) => el("li", {}, el("span", { class: "soft" }, `${time(one.at)} `), one.failed ? [sign("alert", "bad"), ` ${one.channel} NOT told: ${one.failed}`] : `${one.channel}${one.recipient ? ` (${one.recipient})` : ""}: ${spaced(one.about)}`))),
    total > 6 && el("p", { class: "small soft" }, `${count(total)} messages in all`)];
}

const spaced = (name) => name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
