/** What the agents found, and how sure each of them is. */
import { el, svg } from "./dom.js";
import { pill } from "./signs.js";
import { capital, many, percent, plain, span } from "./words.js";

/** Each agent with its facts. */
export function agents(found) {
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

/** Each agent’s confidence as a meter. */
export function sure({ agents: all }) {
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
