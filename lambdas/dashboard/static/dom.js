/** Elements made of text, never of markup: what the log says can only ever be read. */

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. Properties: `class`, `on` (listeners by event), `data` (dataset), everything else an attribute;
 *  true is an empty attribute, null and false are none. Children: nodes, texts, numbers, nested lists, null. */
export function el(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** The same in SVG. */
export function svg(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

/** Puts children into a node, in the place of what was there. */
export function fill(node, ...children) {
  node.replaceChildren(...flat(children));
  return node;
}

function filled(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on")
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...flat(children));
  return node;
}

function flat(children) {
  return children
    .flat(Infinity)
    .filter((one) => one !== null && one !== undefined && one !== false && one !== "")
    .map((one) => (one instanceof Node ? one : document.createTextNode(String(one))));
}

/** A part of the page that is built anew only when what it shows has changed. What a person does in it
 *  (focus, typed text, opened details, scrolling) survives, by the ids of its elements. */
export class Part {
  constructor(node) {
    this.node = node;
    this.shown = undefined;
  }

  /** Builds it from `data` unless that is what it shows already. */
  show(data, build) {
    const now = JSON.stringify(data) ?? "";
    if (now === this.shown) return false;
    this.shown = now;
    const kept = keep(this.node);
    fill(this.node, build(data));
    restore(this.node, kept);
    return true;
  }
}

function keep(node) {
  const active = node.contains(document.activeElement) ? document.activeElement : null;
  return {
    focus: active?.id ?? "",
    caret: active?.matches("input, textarea") ? active.selectionStart : null,
    typed: [...node.querySelectorAll("input[id], textarea[id], select[id]")].map((one) => [
      one.id,
      one.value,
    ]),
    open: [...node.querySelectorAll("details[id]")].map((one) => [one.id, one.open]),
    scrolled: [...node.querySelectorAll("[data-keep]")].map((one) => [one.id, one.scrollLeft, one.scrollTop]),
  };
}

function restore(node, kept) {
  const found = (id) => node.querySelector(`#${CSS.escape(id)}`);
  for (const [id, value] of kept.typed) {
    const input = found(id);
    if (input && input.value !== value) {
      input.value = value;
      input.dispatchEvent(new Event("input"));
    }
  }
  for (const [id, open] of kept.open) found(id)?.toggleAttribute("open", open);
  for (const [id, left, top] of kept.scrolled) found(id)?.scrollTo(left, top);
  if (!kept.focus) return;
  const again = found(kept.focus);
  again?.focus({ preventScroll: true });
  if (kept.caret !== null) again?.setSelectionRange?.(kept.caret, kept.caret);
}

const ticking = new WeakMap();

/** An element whose text is computed again every second. */
export function tick(node, text) {
  node.classList.add("ticking");
  ticking.set(node, text);
  node.textContent = text(node);
  return node;
}

/** Computes the text of everything that ticks. */
export function tickAll() {
  for (const node of document.querySelectorAll(".ticking")) {
    const text = ticking.get(node)?.(node);
    if (text !== undefined && text !== node.textContent) node.textContent = text;
  }
}
