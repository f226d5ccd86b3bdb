/** The page of one incident: what is broken, who is hurt, what the machine does, what it asks, how to stop it, what it costs. */
import { read, Refused, since } from "./api.js";
import { action } from "./action.js";
import { acknowledge, ask, pair, takeOver } from "./ask.js";
import { charts } from "./chart.js";
import { gradeForm } from "./demo.js";
import { el, fill, Part, svg, tick } from "./dom.js";
import { facts, headline } from "./facts.js";
import { graph } from "./graph.js";
import { spent } from "./incidents.js";
import { pill, sign } from "./signs.js";
import { doingNow, way } from "./steps.js";
import { timeline } from "./timeline.js";
import { trace } from "./trace.js";
import { certificate, vote } from "./vote.js";
import { capital, count, many, money, percent, plain, span, time } from "./words.js";

const METRICS_EVERY = 10_000,
  AUDIT_EVERY = 60_000,
  AGAIN_EVERY = 30_000;

export class IncidentPage {
  /** @param id  of the incident
   *  @param changed  called when an action was done, to ask the feed at once
   *  @param say  tells a person something that matters
   *  @param may  whether the caller may use a route of that name */
  constructor(id, { changed, say, may }) {
    Object.assign(this, {
      id,
      changed,
      say,
      allowed: may,
      tracedAt: 0,
      answer: null,
      fault: null,
      readAt: 0,
      metricsAt: 0,
      auditAt: 0,
      version: 0,
      reading: false,
    });
    this.path = `incidents/${encodeURIComponent(id)}`;
  }

  title() {
    const row = this.answer?.incident.row;
    return row ? `${row.service}: ${plain(row.status)}` : this.id;
  }

  build(main) {
    const part = (name, tag = "div", properties = {}) => (this[name] = new Part(el(tag, properties)));
    const sheet = (name, title, id) =>
      el("section", { class: "sheet", "aria-labelledby": id }, el("h2", { id }, title), part(name).node);
    part("head", "div", { class: "headline" });
    part("facts", "dl", { class: "facts" });
    part("ask", "div", { class: "ask-place" });
    part("stop", "div", { class: "stop-place" });
    part("short", "div", { class: "short" });
    part("steps", "div", { class: "sheet way" });
    this.body = el(
      "div",
      { hidden: true },
      this.head.node,
      this.facts.node,
      this.ask.node,
      this.stop.node,
      this.short.node,
      this.steps.node,
      el(
        "div",
        { class: "two" },
        el(
          "div",
          { class: "stack" },
          el(
            "div",
            { class: "pair-of" },
            sheet("graph", "Where it is broken", "h-graph"),
            sheet("found", "What the agents found", "h-found"),
          ),
          sheet("metrics", "What is measured", "h-metrics"),
          sheet("vote", "The vote", "h-vote"),
          sheet("action", "The action and its undo", "h-action"),
          sheet("timeline", "Timeline", "h-timeline"),
          (this.traceSheet = el(
            "section",
            { class: "sheet", "aria-labelledby": "h-trace", hidden: true },
            el("h2", { id: "h-trace" }, "Reasoning trace: who saw what"),
            part("trace").node,
          )),
        ),
        el(
          "aside",
          { class: "stack side", "aria-label": "Money and proof" },
          sheet("sure", "How sure each agent is", "h-sure"),
          sheet("money", "Money", "h-money"),
          sheet("proof", "Proof", "h-proof"),
          (this.gradeSheet = sheet("grade", "Severity", "h-grade")),
          sheet("told", "Who was told, and who answered", "h-told"),
        ),
      ),
    );
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
      if (this.answer && this.tracedAt < this.version && this.allowed("reasoning")) await this.reason();
      if (this.answer && Date.now() - this.auditAt > AUDIT_EVERY) await this.check();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.fault = error;
      if (!this.answer)
        fill(
          this.waiting,
          error.status === 404 ? `There is no incident ${this.id}. ` : error.message,
          " ",
          el("a", { href: "#/" }, "All incidents"),
        );
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

  async reason() {
    this.tracedAt = this.version;
    const found = await read(`${this.path}/reasoning`, { fresh: !this.trace.shown }).catch(() => null);
    if (!found) return;
    this.traceSheet.hidden = false;
    this.trace.show({ ...found, behind_seconds: null }, trace);
    this.short.show(found.sentences, (all) =>
      all.length
        ? el(
            "section",
            { class: "sheet", "aria-labelledby": "h-short" },
            el("h2", { id: "h-short" }, "In short"),
            el(
              "ol",
              { class: "sentences" },
              all.map((one) => el("li", {}, one)),
            ),
          )
        : [],
    );
  }

  async check() {
    this.auditAt = Date.now();
    const found = await read(`${this.path}/audit`, { fresh: !this.audit }).catch(() => null);
    if (found) this.audit = found;
    this.showProof();
  }

  show() {
    const { incident: page, running, may } = this.answer,
      { row } = page;
    this.waiting.hidden = true;
    this.body.hidden = false;
    const done = async (said) => {
      this.say(said?.said ?? "Done.");
      this.changed();
      await this.again();
    };
    this.head.show([row.id, row.status, row.severity, row.summary, row.service, row.classification], () =>
      headline(row),
    );
    this.facts.show([row, running, doingNow(page), page.nodes], () => facts(page, running));
    const asked = [
      page.approval,
      page.taken,
      page.people,
      row.status,
      row.taken_by,
      may,
      page.suggestion,
      page.reasons,
    ];
    this.ask.show(asked, () => ask(this.answer, done) ?? []);
    this.steps.show([row.status, page.approval?.state, page.doing.actions.length], () => way(page));
    this.graph.show(this.answer.graph, graph);
    this.found.show(page.agents, agents);
    this.vote.show([page.rounds, page.quarantined], () => vote(page));
    this.action.show([page.doing, page.verdicts, page.approval, page.reasons], () => action(page));
    this.timeline.show([page.timeline, page.ignored], () => timeline(page));
    this.stop.show([row.status, row.taken_by, may, page.approval?.state, page.acknowledged], () =>
      stop(page, may, done),
    );
    this.sure.show([page.confidence, page.agents.map((one) => [one.agent, one.state])], () => sure(page));
    this.money.show([running, row.spent, page.tokens], () => moneyPart(page, running));
    this.gradeSheet.hidden = row.closed || !this.allowed("severity");
    if (!this.gradeSheet.hidden) this.grade.show([row.id, row.severity], () => gradeForm(row, done));
    this.told.show([page.told, page.told_total, page.acknowledged, page.called, page.grades], () =>
      told(page),
    );
    this.showProof();
  }

  showProof() {
    const page = this.answer.incident;
    this.proof.show([page.certificate, this.audit], () => proof(page, this.audit));
  }
}

function agents(found) {
  const states = {
    asked: pill("clock", "", "looks"),
    silent: pill("ring", "", "silent"),
    reused: pill("clock", "warn", "cached"),
    quarantined: pill("stop", "bad", "quarantined"),
  };
  return el(
    "ul",
    { class: "agents" },
    found.map((one) =>
      el(
        "li",
        { class: "agent" },
        el("h3", { class: "row" }, capital(one.agent), states[one.state]?.cloneNode(true)),
        one.summary && el("p", { class: "small" }, capital(one.summary)),
        one.cause && el("p", { class: "small soft" }, `Kind of cause: ${plain(one.cause)}`),
        one.left_out.length > 0 &&
          el("p", { class: "small warn" }, `Partial: no time for ${one.left_out.join(", ")}`),
        one.cached_seconds !== null &&
          el("p", { class: "small warn" }, `Its breaker is open: this is ${span(one.cached_seconds)} old`),
        one.evidence.length > 0 &&
          el(
            "details",
            { id: `evidence-${one.agent}` },
            el("summary", {}, many(one.evidence_total, "fact")),
            el(
              "ul",
              { class: "list-plain small" },
              one.evidence.map((each) =>
                el(
                  "li",
                  {},
                  el("span", { class: "soft" }, `${plain(each.kind)}, ${each.service}: `),
                  each.statement,
                ),
              ),
            ),
          ),
      ),
    ),
  );
}

function sure({ agents: all }) {
  return el(
    "div",
    { class: "tight" },
    all.map((one) => {
      const value = one.confidence;
      return el(
        "div",
        { class: "confidence" },
        el("span", {}, capital(one.agent)),
        svg(
          "svg",
          { class: "meter", viewBox: "0 0 1000 100", preserveAspectRatio: "none", "aria-hidden": "true" },
          svg("rect", { class: "ground", width: 1000, height: 100 }),
          svg("rect", { class: "value", width: value ?? 0, height: 100 }),
          svg("rect", { class: "edge-mark", x: 500, width: 8, height: 100 }),
        ),
        el("span", { class: "number" }, value === null ? "–" : percent(value)),
      );
    }),
    el("p", { class: "small soft" }, "In what it found. A ballot below the mark (50 %) is an abstention."),
  );
}

function stop(page, may, done) {
  const { row } = page,
    left = row.status === "escalated" || row.status === "rolled_back";
  if (row.taken_by || (row.closed && !left)) return [];
  const last = page.acknowledged.at(-1);
  const seen = [
    last && el("span", {}, sign("eye"), ` ${last.by} looks at it since ${time(last.at)}`),
    may.includes("acknowledge") && acknowledge(row, done),
  ].filter(Boolean);
  if (left) return seen.length ? el("div", { class: "stop-line row" }, seen) : [];
  const calm = page.approval?.state === "open" ? "" : "Nothing is asked of you. ";
  if (!may.includes("take_over"))
    return el(
      "p",
      { class: "stop-line soft" },
      calm,
      "An approver or operator can take it from the machine at any time.",
    );
  return el(
    "div",
    { class: "stop-line" },
    el("div", { class: "row" }, calm && el("span", { class: "soft" }, calm), seen),
    el(
      "details",
      { id: "stop-more" },
      el("summary", {}, el("span", { class: "button" }, sign("stop", "bad"), "Take it from the machine")),
      el(
        "p",
        { class: "soft" },
        "The machine starts nothing more here. What runs already ends; undoing it is then yours.",
      ),
      takeOver(row, done, "Take over now"),
    ),
  );
}

function moneyPart({ row, tokens }, running) {
  const asked = tokens.tokens_in + tokens.tokens_out;
  return el(
    "dl",
    { class: "pairs narrow" },
    pair(
      "Business",
      tick(el("strong"), () => money(Math.floor(spent(running)))),
    ),
    pair("A minute", Number(running.usd_per_minute) ? money(running.usd_per_minute) : "no more"),
    Number(running.user_charge) > 0 && pair("Users, once", money(running.user_charge)),
    pair("This response", money(row.spent.own_usd)),
    pair(
      "Tokens",
      asked ? `${count(tokens.tokens_in)} in, ${count(tokens.tokens_out)} out` : "none: no model was asked",
    ),
    running.estimated && pair("Note", "by its tier: the service is not in the catalogue"),
  );
}

function proof({ certificate: certified }, audit) {
  const state = {
    holds: ["check", "good", "The log holds"],
    broken: ["alert", "bad", "The log is broken"],
    unknown: ["ring", "", "Not checked yet"],
  }[audit?.state ?? "unknown"];
  return [
    el(
      "p",
      {},
      pill(...state),
      el(
        "span",
        { class: "small soft" },
        audit
          ? ` ${audit.checked === "everything" ? "hashes, MACs, copies and anchors" : "hashes and order"}, ${many(audit.version, "event")}`
          : "",
      ),
    ),
    audit?.findings.map((one) => el("p", { class: "small bad" }, one)),
    certified
      ? el(
          "details",
          { id: "certificate" },
          el(
            "summary",
            {},
            `Certificate: ${plain(certified.kind)}, ${many(certified.ballots.length, "ballot")}`,
          ),
          certificate({ certificate: certified }),
        )
      : el("p", { class: "small soft" }, "No certificate: without one nothing is done."),
  ];
}

function told({ told: all, told_total: total, acknowledged, called, grades }) {
  const lines = [
    acknowledged
      .slice(-3)
      .map((one) =>
        el(
          "li",
          {},
          sign("eye"),
          el("span", { class: "soft" }, ` ${time(one.at)} `),
          `${one.by} ${one.over ? "says that it is over" : "looks at it"} (${one.through})`,
        ),
      ),
    called
      .slice(-3)
      .map((one) =>
        el(
          "li",
          {},
          sign("alert", "warn"),
          el("span", { class: "soft" }, ` ${time(one.at)} `),
          `nobody answered: level ${one.level} of ${one.team} is called (${one.people.join(", ") || "nobody"})`,
        ),
      ),
    grades
      .slice(-3)
      .map((one) =>
        el(
          "li",
          {},
          sign("person"),
          el("span", { class: "soft" }, ` ${time(one.at)} `),
          `${one.by} grades it ${one.severity}: ${one.reason}`,
        ),
      ),
    all
      .slice(-6)
      .reverse()
      .map((one) =>
        el(
          "li",
          {},
          el("span", { class: "soft" }, `${time(one.at)} `),
          one.failed
            ? [sign("alert", "bad"), ` ${one.channel} NOT told: ${one.failed}`]
            : `${one.channel}${one.recipient ? ` (${one.recipient})` : ""}: ${spaced(one.about)}`,
        ),
      ),
  ];
  if (!lines.some((one) => one.length)) return el("p", { class: "soft" }, "Nobody yet.");
  return [
    el("ul", { class: "list-plain small" }, lines),
    total > 6 && el("p", { class: "small soft" }, `${count(total)} messages in all`),
  ];
}

const spaced = (name) => name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
