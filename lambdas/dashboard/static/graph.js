/** The call graph: callers above what they call; health is a colour, a border, a sign and a word. */
import { el, svg } from "./dom.js";
import { many } from "./words.js";

const WIDE = 106,
  HIGH = 58,
  GAP_X = 14,
  GAP_Y = 46,
  EDGE = 14,
  ACROSS = 5;
const HEALTH = {
  well: ["good", "✓ well"],
  unwell: ["warn", "▲ unwell"],
  root_cause: ["bad", "✕ root cause"],
  recovered: ["good", "✓ recovered"],
  unknown: ["", "? unknown"],
};

/** The picture, and the same in words. */
export function graph({ nodes, edges }) {
  if (!nodes.length) return el("p", { class: "soft" }, "No service of this incident is in the catalogue.");
  const placed = place(nodes, edges),
    at = new Map(placed.map((one) => [one.node.service, one]));
  const width = Math.max(...placed.map((one) => one.x)) + WIDE + EDGE,
    height = Math.max(...placed.map((one) => one.y)) + HIGH + EDGE;
  return [
    el(
      "div",
      {
        class: "scroll",
        id: "graph-scroll",
        "data-keep": true,
        tabindex: width > 700 ? 0 : null,
        role: width > 700 ? "region" : null,
        "aria-label": width > 700 ? "Call graph" : null,
      },
      svg(
        "svg",
        {
          class: "picture graph",
          viewBox: `0 0 ${width} ${height}`,
          width,
          height,
          role: "img",
          "aria-label": said(nodes),
        },
        svg(
          "defs",
          {},
          svg(
            "marker",
            {
              id: "tip",
              viewBox: "0 0 8 8",
              refX: 7,
              refY: 4,
              markerWidth: 7,
              markerHeight: 7,
              orient: "auto-start-reverse",
            },
            svg("path", { d: "M0 0 8 4 0 8z", class: "tip" }),
          ),
          svg(
            "pattern",
            {
              id: "hatch",
              width: 7,
              height: 7,
              patternUnits: "userSpaceOnUse",
              patternTransform: "rotate(45)",
            },
            svg("line", { x1: 0, y1: 0, x2: 0, y2: 7, class: "hatch" }),
          ),
        ),
        edges
          .filter((one) => at.has(one.caller) && at.has(one.callee))
          .map((one) => edge(at.get(one.caller), at.get(one.callee))),
        placed.map(box),
      ),
    ),
    el(
      "details",
      { id: "graph-words" },
      el("summary", {}, "The same in words"),
      el(
        "ul",
        { class: "list-plain small" },
        nodes.map((one) =>
          el(
            "li",
            {},
            el("strong", {}, one.service),
            `: ${word(one).slice(2)}`,
            one.tier && `, ${one.tier}`,
            one.symptoms.map((each) => `; ${each}`),
            calls(one, edges),
          ),
        ),
      ),
    ),
  ];
}

const word = (node) => (HEALTH[node.health] ?? HEALTH.unknown)[1];

function calls({ service }, edges) {
  const callees = edges.filter((one) => one.caller === service).map((one) => one.callee);
  return callees.length ? `; calls ${callees.join(", ")}` : "";
}

function said(nodes) {
  const root = nodes
    .filter((one) => one.root_cause_rank === 1 || one.health === "root_cause")
    .map((one) => one.service);
  const ill = nodes.filter((one) => one.health === "unwell").map((one) => one.service);
  return `Call graph of ${many(nodes.length, "service")}. ${root.length ? `Root cause: ${root.join(", ")}. ` : "No root cause yet. "}${ill.length ? `Unwell: ${ill.join(", ")}.` : ""}`;
}

/** Each service one row below the lowest of its callers; a row that is too long is broken. */
function place(nodes, edges) {
  const depth = new Map(nodes.map((one) => [one.service, 0]));
  for (let turn = 0; turn < nodes.length; turn += 1) {
    let moved = false;
    for (const { caller, callee } of edges) {
      if (!depth.has(caller) || !depth.has(callee) || caller === callee) continue;
      const below = Math.min(nodes.length, depth.get(caller) + 1);
      if (depth.get(callee) < below) {
        depth.set(callee, below);
        moved = true;
      }
    }
    if (!moved) break;
  }
  const rows = [];
  for (const level of [...new Set(depth.values())].sort((a, b) => a - b)) {
    const here = nodes.filter((one) => depth.get(one.service) === level);
    for (let from = 0; from < here.length; from += ACROSS) rows.push(here.slice(from, from + ACROSS));
  }
  const broad = Math.max(...rows.map((one) => one.length));
  return rows.flatMap((row, y) =>
    row.map((node, x) => ({
      node,
      x: EDGE + (x + (broad - row.length) / 2) * (WIDE + GAP_X),
      y: EDGE + y * (HIGH + GAP_Y),
    })),
  );
}

function edge(from, to) {
  const x1 = from.x + WIDE / 2,
    y1 = from.y + HIGH,
    x2 = to.x + WIDE / 2,
    y2 = to.y - 3;
  if (to.y <= from.y)
    return svg("path", {
      class: "edge",
      "marker-end": "url(#tip)",
      d: `M${from.x + WIDE} ${from.y + HIGH / 2} C ${from.x + WIDE + 30} ${from.y + HIGH / 2} ${x2} ${to.y + HIGH + 30} ${x2} ${to.y + HIGH + 3}`,
    });
  const bend = (y2 - y1) / 2;
  return svg("path", {
    class: "edge",
    "marker-end": "url(#tip)",
    d: `M${x1} ${y1} C ${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}`,
  });
}

function box({ node, x, y }) {
  const [tone, words] = HEALTH[node.health] ?? HEALTH.unknown,
    root = node.health === "root_cause" || node.root_cause_rank === 1;
  return svg(
    "g",
    {},
    root &&
      svg("rect", { x: x - 5, y: y - 5, width: WIDE + 10, height: HIGH + 10, rx: 13, class: "root-ring" }),
    svg("rect", { x, y, width: WIDE, height: HIGH, rx: 9, class: `node ${tone}` }),
    root && svg("rect", { x, y, width: WIDE, height: HIGH, rx: 9, fill: "url(#hatch)" }),
    svg(
      "text",
      { x: x + WIDE / 2, y: y + 25, "text-anchor": "middle", class: "name" },
      cut(node.service, 15),
    ),
    svg(
      "text",
      { x: x + WIDE / 2, y: y + 43, "text-anchor": "middle", class: "state" },
      root && node.health === "recovered" ? "✓ was the cause" : words,
    ),
    node.symptoms.length > 0 && svg("title", {}, `${node.service}: ${node.symptoms.join("; ")}`),
  );
}

const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
