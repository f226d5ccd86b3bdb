/** The timeline: what the log tells, the newest first, quiet lines on request. */
import { el } from "./dom.js";
import { sign } from "./signs.js";
import { clock, count, many } from "./words.js";

const FIRST = 10;
const TONES = {
  good: ["check", "good"],
  bad: ["alert", "bad"],
  warning: ["hand", "warn"],
  action: ["play", "busy"],
};

/** The moments of an incident. */
export function timeline({ timeline: moments, timeline_total: total, ignored }) {
  const told = moments.filter((one) => one.fault || one.lines.some((line) => line.tone !== "quiet"));
  const newest = [...told].reverse();
  const quiet = moments.length - told.length;
  return [
    el("ol", { class: "timeline" }, newest.slice(0, FIRST).map(moment)),
    newest.length > FIRST &&
      el(
        "details",
        { id: "earlier" },
        el("summary", {}, many(newest.length - FIRST, "earlier event")),
        el("ol", { class: "timeline" }, newest.slice(FIRST).map(moment)),
      ),
    quiet > 0 &&
      el(
        "details",
        { id: "quiet" },
        el("summary", {}, many(quiet, "more event"), " of little weight"),
        el(
          "ol",
          { class: "timeline" },
          moments
            .filter((one) => !told.includes(one))
            .reverse()
            .map(moment),
        ),
      ),
    ignored.map((one) =>
      el(
        "p",
        { class: "small" },
        sign("cross", "bad"),
        ` An event of ${one.author} is ignored: ${one.reason}`,
      ),
    ),
    total > moments.length &&
      el(
        "p",
        { class: "small soft" },
        `The newest ${count(moments.length)} of ${count(total)} events; all of them: commander explain`,
      ),
  ];
}

function moment(one) {
  const lines = one.lines.length ? one.lines : [{ text: one.type, tone: "quiet" }];
  const [first, ...more] = lines,
    shape = TONES[first.tone];
  return el(
    "li",
    { class: "event" },
    el("time", { datetime: one.at }, clock(one.at)),
    el(
      "div",
      {},
      one.fault && el("p", { class: "bad" }, sign("cross"), ` Not believed: ${one.fault}`),
      el(
        "p",
        { class: ["loud", "good", "bad", "warning", "action"].includes(first.tone) ? "loud" : "" },
        shape && [sign(...shape), " "],
        first.text,
      ),
      more.map((line) =>
        el("p", { class: `small ${line.tone === "quiet" ? "soft" : ""}` }, line.text.trim()),
      ),
      el("p", { class: "by" }, one.by),
    ),
  );
}
