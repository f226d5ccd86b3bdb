/** The action and its undo: what policy said, what was rehearsed, what was done with which effect. */
import { el } from "./dom.js";
import { pill } from "./signs.js";
import { many, plain, span, time } from "./words.js";

/** Everything that was done, in its order. */
export function action({ doing, verdicts, approval, reasons }) {
  const parts = [
    verdicts.map((one) =>
      el(
        "p",
        {},
        pill(
          one.permitted ? "check" : "stop",
          one.permitted ? "good" : "warn",
          one.permitted ? `Policy permits it at ${one.autonomy}` : `Policy withholds it at ${one.autonomy}`,
        ),
        " ",
        el("span", { class: "small" }, one.reasons.join("; ")),
      ),
    ),
    approval &&
      approval.state !== "open" &&
      el(
        "p",
        {},
        pill(
          approval.state === "granted" ? "check" : "cross",
          approval.state === "granted" ? "good" : "warn",
          `Approval ${approval.state}`,
        ),
        el(
          "span",
          { class: "small" },
          ` ${approval.denied_by ? `by ${approval.denied_by}` : approval.by.length ? `by ${approval.by.join(", ")}` : ""}`,
        ),
      ),
    doing.rehearsals.map((one) =>
      el(
        "p",
        {},
        pill(
          one.passed ? "check" : "alert",
          one.passed ? "good" : "warn",
          one.passed ? "Rehearsed" : "Rehearsal stops it",
        ),
        " ",
        el(
          "span",
          { class: "small" },
          one.reason || one.done.join("; "),
          one.impossible.length ? ` Not possible: ${one.impossible.join("; ")}` : "",
        ),
      ),
    ),
    doing.actions.map(step),
    doing.credentials.length > 0 &&
      el(
        "details",
        { id: "credentials" },
        el("summary", {}, many(doing.credentials.length, "credential"), " for exactly this"),
        doing.credentials.map((one) =>
          el(
            "p",
            { class: "small" },
            el("code", {}, one.session),
            ` of ${one.role}, until ${time(one.ends_at)}${one.undo ? " (undo)" : ""}`,
          ),
        ),
      ),
    doing.verified && el("p", {}, pill("check", "good", "Verified"), ` ${doing.verified.statement}`),
    doing.regressed && el("p", {}, pill("alert", "bad", "Regression"), ` ${doing.regressed.statement}`),
    doing.rolled_back &&
      el(
        "p",
        {},
        pill(
          "undo",
          doing.rolled_back.restored ? "good" : "bad",
          doing.rolled_back.restored ? "Undone: the target is as it was" : "Undone, but a difference is left",
        ),
        ` ${doing.rolled_back.differences.join("; ")}`,
      ),
    reasons
      .filter((one) => one.about !== "asked" && one.about !== "withheld")
      .map((one) =>
        el(
          "p",
          { class: "small" },
          el("span", { class: "soft" }, `${time(one.at)} ${plain(one.about)}: `),
          plain(one.says),
        ),
      ),
  ]
    .flat()
    .filter(Boolean);
  return parts.length
    ? el("div", { class: "tight" }, parts)
    : el("p", { class: "soft" }, "Nothing was decided yet, so nothing is done.");
}

function step(one) {
  const word = { do: "Done", undo: "Undo", known_good: "Back to the last good state" }[one.step],
    state = {
      running: ["play", "busy", "runs"],
      succeeded: ["check", "good", "succeeded"],
      failed: ["cross", "bad", "failed"],
    }[one.state];
  const names = [...new Set([...Object.keys(one.before), ...Object.keys(one.after)])];
  return el(
    "div",
    { class: "done-step" },
    el(
      "p",
      { class: "row" },
      el("strong", {}, `${word}: ${one.proposal.title || one.proposal.runbook}`),
      pill(...state),
      el(
        "span",
        { class: "small soft" },
        time(one.started_at),
        one.ended_at ? `, took ${span((new Date(one.ended_at) - new Date(one.started_at)) / 1_000)}` : "",
      ),
    ),
    el(
      "p",
      { class: "exact" },
      `${one.proposal.runbook} v${one.proposal.version} on ${one.proposal.target}`,
      Object.entries(one.proposal.parameters).map(([name, value]) => [el("br"), `${name} = ${value}`]),
    ),
    one.failed && el("p", { class: "small bad" }, one.failed),
    names.length > 0 &&
      el(
        "table",
        { class: "small states" },
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            ["What is compared", "Before", "After"].map((each) => el("th", { scope: "col" }, each)),
          ),
        ),
        el(
          "tbody",
          {},
          names.map((name) =>
            el(
              "tr",
              {},
              el("th", { scope: "row" }, plain(name)),
              el("td", {}, shown(one.before[name])),
              el("td", {}, shown(one.after[name])),
            ),
          ),
        ),
      ),
  );
}

const shown = (value) =>
  value === undefined ? "–" : typeof value === "object" ? JSON.stringify(value) : String(value);
