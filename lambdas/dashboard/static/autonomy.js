/** Autonomy: what may be done without a person, and how right that would have been. */
import { read } from "./api.js";
import { el, svg } from "./dom.js";
import { pill } from "./signs.js";
import { sheet, SheetPage, table } from "./sheet_page.js";
import { many, percent, plain, time } from "./words.js";

const LEVELS = {
  L0: "observe: nothing is proposed to anybody",
  L1: "advise: people hear what would be done",
  L2: "approve: done after a yes",
  L3: "autonomous: done, and told",
};
const ORIGIN = {
  stage: ["ring", "", "of the stage"],
  set: ["person", "busy", "set"],
  demoted: ["alert", "bad", "demoted by harm"],
};

export const autonomyPage = () =>
  new SheetPage(
    "Autonomy",
    async () => {
      const [autonomy, score] = await Promise.all([
        read("autonomy", { fresh: true }),
        read("autonomy/scorecard", { fresh: true }).catch(() => null),
      ]);
      return { autonomy, score };
    },
    ({ autonomy, score }) => [
      sheet(
        "What may be done",
        el(
          "p",
          {},
          el("strong", {}, autonomy.default),
          ` – ${LEVELS[autonomy.default] ?? ""}. At most ${many(autonomy.actions_per_hour, "action")} an hour a service.`,
        ),
        autonomy.kill_switch.on &&
          el("p", {}, pill("stop", "bad", "The kill switch is on: nothing is done at any level")),
        autonomy.levels.length
          ? table(
              "Levels that differ",
              [
                ["Runbook", (one) => (one.runbook === "*" ? "any" : one.runbook)],
                ["Tier", (one) => (one.tier === "*" ? "any" : one.tier)],
                [
                  "Level",
                  (one) => [
                    el("strong", {}, one.level),
                    el("span", { class: "small soft" }, ` ${(LEVELS[one.level] ?? "").split(":")[0]}`),
                  ],
                ],
                [
                  "Why",
                  (one) => [
                    pill(...(ORIGIN[one.origin] ?? ORIGIN.stage)),
                    el(
                      "span",
                      { class: "small soft" },
                      ` ${[one.by, one.at && time(one.at), one.reason].filter(Boolean).join(", ")}`,
                    ),
                  ],
                ],
              ],
              autonomy.levels,
            )
          : el("p", { class: "soft" }, "No runbook differs from that."),
        autonomy.freezes.length > 0 && [
          el("h3", {}, "Change freezes"),
          el(
            "ul",
            { class: "list-plain small" },
            autonomy.freezes.map((one) =>
              el(
                "li",
                {},
                Object.values(one)
                  .filter((each) => typeof each === "string")
                  .join(" · "),
              ),
            ),
          ),
        ],
      ),
      score &&
        sheet(
          "Shadow scorecard",
          el(
            "p",
            { class: "soft small" },
            `What would have been done in the newest ${many(score.incidents, "incident")}, graded by what people did and what the metrics said. Bars are 95 % intervals.`,
            score.complete ? "" : " There are older ones: commander shadow report takes all.",
          ),
          score.rows.length
            ? table(
                "How right each runbook would have been",
                [
                  [
                    "Runbook",
                    (one) => [one.runbook, el("div", { class: "small soft" }, `${one.tier}, ${one.level}`)],
                  ],
                  ["Right", (one) => one.right, "number"],
                  ["Wrong", (one) => one.wrong, "number"],
                  ["Unproven", (one) => one.unproven, "number"],
                  ["Precision", (one) => share(one.precision)],
                  ["Wrong actions", (one) => share(one.wrong_actions)],
                  [
                    "Next",
                    (one) =>
                      one.promote_to
                        ? pill("check", "good", `may go to ${one.promote_to}`)
                        : el("span", { class: "small soft" }, one.missing.join("; ")),
                  ],
                ],
                score.rows,
              )
            : el("p", { class: "soft" }, "No incident yet in which a remedy was decided."),
        ),
    ],
  );

function share({ count, total, low, high }) {
  if (!total) return el("span", { class: "soft" }, "unknown");
  return el(
    "div",
    { class: "share" },
    svg(
      "svg",
      { class: "interval", viewBox: "0 0 1000 120", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "ground", y: 40, width: 1000, height: 40 }),
      svg("rect", { class: "value", x: low, y: 25, width: Math.max(12, high - low), height: 70 }),
      svg("rect", { class: "point", x: (count / total) * 1000 - 8, width: 16, height: 120 }),
    ),
    el(
      "span",
      { class: "small nowrap" },
      `${percent((count / total) * 1000)} `,
      el("span", { class: "soft" }, `${count}/${total}`),
      el("span", { class: "hidden" }, `, 95 % interval ${plain(percent(low))} to ${percent(high)}`),
    ),
  );
}
