/** The page of one incident: what is broken, who is hurt, what the machine does, what it asks, how to stop it, what it costs. */
import { action } from "./action.js";
import { read, Refused, since } from "./api.js";
import { ask, next } from "./ask.js";
import { charts } from "./chart.js";
import { gradeForm } from "./demo.js";
import { el, fill, Part } from "./dom.js";
import { facts, headline } from "./facts.js";
import { agents, sure } from "./findings.js";
import { graph } from "./graph.js";
import { stop, told } from "./people.js";
import { moneyPart, proof } from "./proof.js";
import { sign } from "./signs.js";
import { doingNow, way } from "./steps.js";
import { timeline } from "./timeline.js";
import { trace } from "./trace.js";
import { vote } from "./vote.js";
import { plain } from "./words.js";

const METRICS_EVERY = 10_000,
  AUDIT_EVERY = 60_000,
  AGAIN_EVERY = 30_000,
  SEEN_WITHIN = 30_000;
/** What nobody says twice. */
const ONCE = ["take_over", "acknowledge", "resolve", "reopen"];

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
      sent: new Map(),
      answered: null,
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
    part("said", "div", { class: "said-place", role: "status" });
    part("facts", "dl", { class: "facts" });
    part("ask", "div", { class: "ask-place" });
    part("stop", "div", { class: "stop-place" });
    part("short", "div", { class: "short" });
    part("steps", "div", { class: "sheet way" });
    this.body = el(
      "div",
      { hidden: true },
      this.head.node,
      this.said.node,
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
          sheet("timeline", "Timeline (UTC)", "h-timeline"),
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
    const { incident: page, running } = this.answer,
      { row } = page,
      may = this.answer.may.filter((one) => !this.waits(one));
    this.waiting.hidden = true;
    this.body.hidden = false;
    const done = (said, what) => this.done(said, what);
    this.head.show([row.id, row.status, row.severity, row.summary, row.service, row.classification], () =>
      headline(row),
    );
    this.facts.show([row, running, doingNow(page), page.nodes], () => facts(page, running));
    const asked = [
      page.approval,
      page.taken,
      page.people,
      [row.status, row.owner, row.team, row.with_people, row.closed],
      may,
      this.answer.approve_refused,
      page.suggestion,
      page.reasons,
      [page.candidates, page.changes, page.notes, page.resolution],
    ];
    const sent = page.approval?.request === this.answered?.request ? this.answered?.said : "";
    this.ask.show([...asked, sent], () => ask({ ...this.answer, may, sent }, done) ?? []);
    this.steps.show([row.status, page.approval?.state, page.doing.actions.length], () => way(page));
    this.graph.show(this.answer.graph, graph);
    this.found.show(page.agents, agents);
    this.vote.show([page.rounds, page.quarantined], () => vote(page));
    this.action.show([page.doing, page.verdicts, page.approval, page.reasons], () => action(page));
    this.timeline.show([page.timeline, page.ignored], () => timeline(page));
    this.stop.show([row.status, row.owner, row.closed, may, page.approval?.state, page.acknowledged], () =>
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

  /** Whether something that was sent is not seen yet in what is shown: it is not offered again meanwhile. */
  waits(what) {
    const sent = this.sent.get(what);
    return Boolean(sent && sent.version === this.version && Date.now() - sent.at < SEEN_WITHIN);
  }

  /** Something was done: it is said where everybody sees it, and what comes next. */
  async done(said, what) {
    const { approval } = this.answer.incident,
      text = said?.said ?? "Done.";
    if (ONCE.includes(what)) this.sent.set(what, { version: this.version, at: Date.now() });
    if (what === "approve" || what === "deny")
      this.answered = { request: approval.request, said: next(what, approval) };
    this.said.show(text, () => el("p", { class: "row" }, sign("check", "good"), `${text}.`.replace("..", ".")));
    this.say(text);
    this.show();
    this.changed();
    await this.again().catch(() => {});
  }

  showProof() {
    const page = this.answer.incident;
    this.proof.show([page.certificate, this.audit], () => proof(page, this.audit));
  }
}
