/** The list of incidents: the most urgent first, fifty at a time. */
import { el, fill, Part } from "./dom.js";
import { turn, TURNS } from "./incidents.js";
import { line, tiles } from "./row.js";
import { statusWord } from "./signs.js";
import { count } from "./words.js";

const AT_ONCE = 50;

const STATUSES = [
  "detected",
  "investigating",
  "voting",
  "awaiting_approval",
  "acting",
  "watching",
  "escalated",
  "rolled_back",
  "owned",
  "resolved",
  "observed",
  "closed",
];

export class ListPage {
  /** @param incidents  what is known
   *  @param sayShown  called when a person changed what is shown */
  constructor(incidents) {
    this.incidents = incidents;
    this.filter = { turn: "open", status: "", text: "" };
    this.at = 0;
    this.elements = new Map();
    this.complete = false;
  }

  title() {
    const { asks } = this.incidents.totals();
    return asks ? `(${asks}) Incidents` : "Incidents";
  }

  build(main) {
    this.totals = new Part(el("dl", { class: "totals" }));
    this.filters = new Part(el("div", { class: "filters", role: "group", "aria-label": "Whose turn it is" }));
    this.rows = el("ol", { class: "rows" });
    this.others = new Part(el("div", { class: "elsewhere" }));
    this.none = el("p", { class: "empty", hidden: true });
    this.pages = new Part(el("nav", { class: "pages", "aria-label": "Pages of the list" }));
    const search = el("input", {
      id: "search",
      type: "search",
      placeholder: "service, text or id",
      autocomplete: "off",
      value: this.filter.text,
      on: { input: (event) => this.set({ text: event.target.value }) },
    });
    const exact = el(
      "select",
      { id: "status", on: { change: (event) => this.set({ status: event.target.value }) } },
      el("option", { value: "" }, "Any status"),
      STATUSES.map((one) =>
        el("option", { value: one, selected: one === this.filter.status }, statusWord(one)),
      ),
    );
    fill(
      main,
      el("h1", { class: "hidden" }, "Incidents"),
      el(
        "div",
        { class: "stack" },
        this.totals.node,
        el(
          "div",
          { class: "row between list-tools" },
          this.filters.node,
          el(
            "div",
            { class: "row finders" },
            el("div", {}, el("label", { class: "hidden", for: "status" }, "Status"), exact),
            el("div", {}, el("label", { class: "hidden", for: "search" }, "Find"), search),
          ),
        ),
        el(
          "section",
          { class: "list", "aria-label": "Incidents, the most urgent first" },
          el(
            "div",
            { class: "list-head", "aria-hidden": "true" },
            ["Status", "Severity", "What is broken", "Who has it"].map((one) => el("span", {}, one)),
            el("span", { class: "number" }, "Age"),
            el("span", { class: "number" }, "Costs a minute"),
          ),
          this.rows,
          this.none,
          this.others.node,
        ),
      ),
      this.pages.node,
    );
    this.seen = -1;
    this.update();
  }

  set(change) {
    Object.assign(this.filter, change);
    this.at = 0;
    this.seen = -1;
    this.update();
  }

  /** Shows what is known now. */
  update() {
    if (this.seen === this.incidents.changed) return;
    this.seen = this.incidents.changed;
    const totals = this.incidents.totals();
    this.totals.show({ ...totals, usd: totals.usd }, tiles);
    this.filters.show([this.filter, totals, this.incidents.cut], () => this.chips(totals));
    const found = this.incidents.sorted((row) => this.fits(row));
    this.at = Math.min(this.at, Math.max(0, Math.floor((found.length - 1) / AT_ONCE)));
    this.place(found.slice(this.at * AT_ONCE, (this.at + 1) * AT_ONCE));
    this.none.hidden = found.length > 0;
    if (!found.length) this.none.textContent = this.nothing();
    const { cut } = this.incidents,
      others = this.filter.text ? this.incidents.sorted((row) => this.says(row)).length - found.length : 0;
    this.others.show([others, cut && this.filter.text], () => this.elsewhere(others));
    this.pages.show([this.at, found.length, this.complete, cut], () => this.turner(found.length));
  }

  /** What a search has found outside the chosen list, and where it has not looked. */
  elsewhere(others) {
    return [
      others > 0 &&
        el(
          "button",
          { id: "elsewhere", type: "button", on: { click: () => this.everywhere() } },
          `${count(others)} more in other lists`,
        ),
      this.filter.text &&
        this.incidents.cut &&
        el("p", { class: "small soft" }, "Only what is open and the newest that are over are searched here."),
    ];
  }

  everywhere() {
    document.querySelector("#status").value = "";
    this.set({ turn: "all", status: "" });
    document.querySelector("#search").focus();
  }

  nothing() {
    if (!this.complete) return "Loading …";
    const narrow = this.filter.text || this.filter.status || !["open", "all"].includes(this.filter.turn);
    return narrow
      ? "Nothing fits this filter."
      : "Nothing is broken. New incidents appear here by themselves.";
  }

  fits(row) {
    const { turn: wanted, status: exact } = this.filter;
    if (exact && row.status !== exact) return false;
    if (!exact && wanted === "open" && turn(row) === "over") return false;
    if (!exact && wanted in TURNS && turn(row) !== wanted) return false;
    return this.says(row);
  }

  /** Whether a row has what is searched for. */
  says(row) {
    const { text } = this.filter;
    return (
      !text ||
      `${row.id} ${row.service} ${row.summary} ${row.classification} ${row.owner}`
        .toLowerCase()
        .includes(text.toLowerCase())
    );
  }

  chips(totals) {
    const open = totals.asks + totals.machine + totals.person;
    const chip = (id, text, number) =>
      el(
        "button",
        {
          id: `turn-${id}`,
          type: "button",
          "aria-pressed": String(this.filter.turn === id && !this.filter.status),
          on: {
            click: () => {
              document.querySelector("#status").value = "";
              this.set({ turn: id, status: "" });
            },
          },
        },
        text,
        el("span", { class: "count" }, number),
      );
    return [
      chip("open", "Open", count(open)),
      chip("asks", TURNS.asks, count(totals.asks)),
      chip("machine", "Machine", count(totals.machine)),
      chip("person", "People", count(totals.person)),
      chip("over", TURNS.over, this.atLeast(totals.over)),
      chip("all", "All", this.atLeast(open + totals.over)),
    ];
  }

  /** A count, and whether there are more. */
  atLeast(number) {
    return `${count(number)}${this.incidents.cut ? "+" : ""}`;
  }

  /** Puts exactly these rows in this order; a row that did not change keeps its element. */
  place(rows) {
    const kept = new Map();
    const focused = document.activeElement?.closest?.(".case")?.dataset.id;
    let next = this.rows.firstChild;
    for (const row of rows) {
      const known = this.elements.get(row.id);
      const same = known && known.row === row;
      const element = same ? known.element : line(row, Boolean(known));
      if (known && !same) known.element.replaceWith(element);
      if (known && !same && next === known.element) next = element;
      if (element !== next) this.rows.insertBefore(element, next);
      else next = next.nextSibling;
      kept.set(row.id, { row, element });
    }
    for (const [id, { element }] of this.elements) if (!kept.has(id)) element.remove();
    this.elements = kept;
    if (focused && document.activeElement === document.body)
      kept.get(focused)?.element.querySelector("a").focus({ preventScroll: true });
  }

  turner(total) {
    const first = this.at * AT_ONCE,
      last = Math.min(total, first + AT_ONCE);
    const go = (step, text) => {
      const possible = step < 0 ? this.at > 0 : last < total;
      return el(
        "button",
        {
          id: `page${step}`,
          type: "button",
          "aria-disabled": String(!possible),
          on: { click: () => possible && this.turnPage(step) },
        },
        text,
      );
    };
    if (!total) return [];
    return [
      el(
        "p",
        { class: "small soft", role: "status" },
        `${count(first + 1)}–${count(last)} of ${["over", "all"].includes(this.filter.turn) && !this.filter.text ? this.atLeast(total) : count(total)}`,
        this.complete ? "" : ", still loading",
      ),
      total > AT_ONCE && el("div", { class: "row" }, go(-1, "Earlier"), go(1, "Next")),
    ];
  }

  turnPage(step) {
    this.at += step;
    this.seen = -1;
    this.update();
    scrollTo(0, 0);
    this.rows.querySelector("a")?.focus();
  }

  /** Moves the focus by one row. */
  step(by) {
    const links = [...this.rows.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
  }
}
