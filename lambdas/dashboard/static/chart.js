/** Line charts: what was measured, what was usual, the limit, the forecast with its band, and what was done when. */
import { el, svg } from "./dom.js";
import { capital, many, plain } from "./words.js";

const FIRST = 4,
  DONE = new Set(["action", "undo"]);
const WIDE = 400,
  HIGH = 168,
  LEFT = 56,
  RIGHT = 10,
  TOP = 24,
  LOW = 20;

/** All curves, under one legend. */
export function charts({ curves, markers, left_out: leftOut }) {
  const drawn = curves.filter((one) => one.points.length > 1).sort((a, b) => apart(b) - apart(a));
  if (!drawn.length) return el("p", { class: "soft" }, "No metric has been read yet.");
  return [
    legend(drawn, markers),
    el(
      "div",
      { class: "charts" },
      drawn.slice(0, FIRST).map((one) => chart(one, markers)),
    ),
    drawn.length > FIRST &&
      el(
        "details",
        { id: "more-charts" },
        el("summary", {}, many(drawn.length - FIRST, "more metric")),
        el(
          "div",
          { class: "charts" },
          drawn.slice(FIRST).map((one) => chart(one, markers)),
        ),
      ),
    leftOut > 0 && el("p", { class: "small soft" }, `${leftOut} more services are not drawn.`),
  ];
}

/** How far a curve went from its usual, in distances between usual and limit: the most telling are shown first. */
function apart({ points, baseline, limit }) {
  const values = points.map(([, value]) => value),
    usual = baseline ?? values[0];
  const unit = Math.abs((limit ?? usual) - usual) || Math.abs(usual) || 1;
  return Math.max(...values.map((value) => Math.abs(value - usual))) / unit;
}

function legend(curves, markers) {
  const key = (shown, ...drawing) =>
    el(
      "span",
      {},
      svg("svg", { class: "picture", viewBox: "0 0 28 12", "aria-hidden": "true" }, drawing),
      shown,
    );
  return el(
    "div",
    { class: "legend" },
    key("measured", svg("path", { d: "M0 6H28", class: "line" })),
    curves.some((one) => one.baseline !== null) &&
      key("usual", svg("path", { d: "M0 6H28", class: "usual" })),
    curves.some((one) => one.limit !== null) && key("limit", svg("path", { d: "M0 6H28", class: "limit" })),
    curves.some((one) => one.forecast.length) &&
      key(
        "forecast, 95 % band",
        svg("rect", { x: 0, y: 0, width: 28, height: 12, class: "band" }),
        svg("path", { d: "M0 6H28", class: "forecast" }),
      ),
    markers.map((one, index) =>
      key(DONE.has(one.kind) ? `${plain(one.kind)}: ${one.label}` : plain(one.kind), flag(20, 12, index)),
    ),
  );
}

function chart(curve, markers) {
  const all = [
    ...curve.points,
    ...curve.forecast.flatMap((one) => [
      [one.at, one.low],
      [one.at, one.high],
    ]),
  ];
  const times = all.map(([at]) => Date.parse(at)),
    from = Math.min(...times),
    to = Math.max(...times);
  const values = [...all.map(([, value]) => value), curve.baseline ?? 0, curve.limit ?? 0];
  const [bottom, top] = bounds(curve, values);
  const x = (at) => LEFT + ((Date.parse(at) - from) / (to - from || 1)) * (WIDE - LEFT - RIGHT);
  const y = (value) =>
    HIGH - LOW - ((Math.min(top, Math.max(bottom, value)) - bottom) / (top - bottom)) * (HIGH - LOW - TOP);
  const path = (points) =>
    points
      .map(([at, value], index) => `${index ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)
      .join("");
  const [lastAt, last] = curve.points.at(-1),
    name = `${curve.service} ${plain(curve.measure)}`;
  const level = (value, kind) =>
    value !== null && svg("line", { x1: LEFT, x2: WIDE - RIGHT, y1: y(value), y2: y(value), class: kind });
  return el(
    "figure",
    { class: "chart" },
    el(
      "figcaption",
      {},
      el("strong", {}, curve.service, " ", el("span", { class: "soft" }, plain(curve.measure))),
      el("span", {}, unit(last, curve)),
    ),
    svg(
      "svg",
      {
        class: "picture",
        viewBox: `0 0 ${WIDE} ${HIGH}`,
        role: "img",
        "aria-label": spoken(name, curve, last),
      },
      [bottom, (bottom + top) / 2, top].map((value) => [
        svg("line", { x1: LEFT, x2: WIDE - RIGHT, y1: y(value), y2: y(value), class: "grid" }),
        svg(
          "text",
          { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end", class: "axis" },
          unit(value, curve),
        ),
      ]),
      svg("text", { x: LEFT, y: HIGH - 4, class: "axis" }, clock(from)),
      svg("text", { x: WIDE - RIGHT, y: HIGH - 4, "text-anchor": "end", class: "axis" }, clock(to)),
      curve.forecast.length > 1 &&
        svg("path", {
          class: "band",
          d: `${path(curve.forecast.map((one) => [one.at, one.high]))}${path(curve.forecast.map((one) => [one.at, one.low]).reverse()).replace("M", "L")}Z`,
        }),
      level(curve.baseline, "usual"),
      level(curve.limit, "limit"),
      clustered(
        markers
          .map((one, index) => ({ index, at: x(one.at) }))
          .filter(({ at }) => at >= LEFT && at <= WIDE - RIGHT),
      ).map((near) => [
        [...new Set([near[0], near.at(-1)])].map(({ at }) =>
          svg("line", { x1: at, x2: at, y1: TOP - 4, y2: HIGH - LOW, class: "mark" }),
        ),
        flag(
          Math.min(WIDE - 16, (near[0].at + near.at(-1).at) / 2),
          TOP - 6,
          near[0].index,
          near.at(-1).index,
        ),
      ]),
      curve.forecast.length > 1 &&
        svg("path", { class: "forecast", d: path(curve.forecast.map((one) => [one.at, one.value])) }),
      svg("path", { class: "line", d: path(curve.points) }),
      svg("circle", { cx: x(lastAt), cy: y(last), r: 3.5, class: "dot" }),
    ),
  );
}

/** A flag with its letter, or those of several that stand too close; the legend says what each is. */
function flag(x, bottom, first, last = first) {
  const text = first === last ? letter(first) : `${letter(first)}–${letter(last)}`,
    wide = first === last ? 14 : 30;
  return svg(
    "g",
    {},
    svg("rect", { x: x - wide / 2, y: bottom - 13, width: wide, height: 13, rx: 3, class: "flag" }),
    svg("text", { x, y: bottom - 3, "text-anchor": "middle", class: "flag-text" }, text),
  );
}

const letter = (index) => String.fromCharCode(65 + (index % 26));

function clustered(marks) {
  const found = [];
  for (const mark of [...marks].sort((a, b) => a.at - b.at)) {
    if (found.length && mark.at - found.at(-1).at(-1).at < 24) found.at(-1).push(mark);
    else found.push([mark]);
  }
  return found;
}

function bounds(curve, values) {
  const low = Math.min(...values),
    high = Math.max(...values);
  if (low < 0) return [low, high > low ? high : low + 1];
  return [0, SHARES.has(curve.measure) && high > 0.5 ? Math.max(1, high) : round(high)];
}

/** The next number up that reads well. */
function round(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].find((one) => one * power >= value * 0.999);
}

const SHARES = new Set(["errors", "saturation", "cpu", "memory", "availability"]);

function unit(value, { measure, unit: name }) {
  if (measure === "latency")
    return value < 1 ? `${Math.round(value * 1_000)} ms` : `${value.toFixed(value < 10 ? 1 : 0)} s`;
  if (SHARES.has(measure)) return `${(value * 100).toFixed(value < 0.1 && value > 0 ? 1 : 0)} %`;
  const said =
    Math.abs(value) >= 10_000
      ? `${(value / 1_000).toFixed(0)}k`
      : value.toFixed(Math.abs(value) < 10 && value ? 1 : 0);
  return name && name.length < 6 ? `${said} ${name}` : said;
}

function spoken(name, curve, last) {
  const parts = [`${capital(name)}: now ${unit(last, curve)}`];
  if (curve.baseline !== null) parts.push(`usual ${unit(curve.baseline, curve)}`);
  if (curve.limit !== null) parts.push(`limit ${unit(curve.limit, curve)}`);
  if (curve.forecast.length)
    parts.push(
      `forecast ${unit(curve.forecast.at(-1).value, curve)} at ${clock(Date.parse(curve.forecast.at(-1).at))}`,
    );
  return `${parts.join(", ")}.`;
}

const clock = (at) => new Date(at).toLocaleTimeString("en-GB", {
  hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
