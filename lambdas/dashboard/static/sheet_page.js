/** A page that shows one answer of the API, and reads it again now and then. */
import { read, Refused } from "./api.js";
import { el, fill, Part } from "./dom.js";

export class SheetPage {
  /** @param name  its title
   *  @param path  of the answer, or a function that reads it
   *  @param shown  (answer) → nodes
   *  @param every  milliseconds */
  constructor(name, path, shown, every = 5_000) {
    Object.assign(this, { name, path, shown, every, readAt: 0, reading: false, got: false });
  }

  title() {
    return this.name;
  }

  build(main) {
    this.part = new Part(el("div", { class: "stack" }, el("p", { class: "loading" }, "Loading …")));
    fill(main, el("div", { class: "page-head" }, el("h1", {}, this.name)), this.part.node);
    this.readAt = 0;
    this.got = false;
    this.update();
  }

  async update() {
    if (this.reading || Date.now() - this.readAt < this.every) return;
    this.reading = true;
    this.readAt = Date.now();
    try {
      const answer =
        typeof this.path === "function"
          ? await this.path(!this.got)
          : await read(this.path, { fresh: !this.got });
      if (answer) this.part.show({ ...answer, behind_seconds: null }, this.shown);
      this.got = true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (!this.got) fill(this.part.node, el("p", { class: "empty" }, error.message));
    } finally {
      this.reading = false;
    }
  }
}

/** A table whose rows become cards on a phone. Columns: [title, (row) → content, class]. */
export function table(caption, columns, rows) {
  return el(
    "table",
    { class: "stacked" },
    el("caption", { class: "hidden" }, caption),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        columns.map(([title, , kind]) =>
          el("th", { scope: "col", class: kind === "number" ? "number" : null }, title),
        ),
      ),
    ),
    el(
      "tbody",
      {},
      rows.map((row) =>
        el(
          "tr",
          {},
          columns.map(([title, content, kind], index) =>
            el(
              "td",
              { class: index ? (kind ?? null) : "first", data: { label: title } },
              el("div", {}, content(row)),
            ),
          ),
        ),
      ),
    ),
  );
}

/** A sheet with a heading. */
export function sheet(title, ...children) {
  return el("section", { class: "sheet" }, el("h2", {}, title), ...children);
}
