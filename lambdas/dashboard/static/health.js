/** Health: what the house says of itself, and who is called. */
import { read } from "./api.js";
import { el } from "./dom.js";
import { pill } from "./signs.js";
import { sheet, SheetPage, table } from "./sheet_page.js";
import { capital, plain } from "./words.js";

const BREAKER = {
  closed: ["check", "good", "closed: it is called"],
  open: ["stop", "bad", "open: it is not called"],
  half_open: ["hand", "warn", "half open: it is tried"],
};
const MODEL = {
  current: ["check", "good", "current"],
  behind: ["clock", "warn", "behind the log"],
  unknown: ["ring", "", "unknown"],
};

export const healthPage = () =>
  new SheetPage(
    "Health",
    async () => {
      const [health, people] = await Promise.all([
        read("health", { fresh: true }),
        read("people/on-call", { fresh: true }).catch(() => null),
      ]);
      return { health, people };
    },
    ({ health, people }) => [
      sheet(
        "Right now",
        el(
          "div",
          { class: "row" },
          pill(...(MODEL[health.read_model] ?? MODEL.unknown)),
          el("span", {}, "What this page shows"),
        ),
        el(
          "div",
          { class: "row" },
          health.kill_switch.on
            ? pill("stop", "bad", "Everything is stopped")
            : pill("check", "good", "Remedies may run"),
          el("span", {}, "Kill switch"),
        ),
      ),
      sheet(
        "Agents",
        table(
          "Agents",
          [
            ["Agent", (one) => capital(one.agent)],
            [
              "Trust",
              (one) =>
                one.quarantined
                  ? [pill("stop", "bad", "quarantined"), " ", el("span", { class: "small" }, one.quarantined)]
                  : pill("check", "good", "its ballots count"),
            ],
            [
              "Circuit breaker",
              (one) => pill(...(BREAKER[one.breaker] ?? ["ring", "", plain(one.breaker) || "unknown"])),
            ],
          ],
          health.agents,
        ),
      ),
      people &&
        sheet(
          "Who is called now",
          people.teams.length
            ? people.teams.map(team)
            : el("p", { class: "soft" }, "There is no directory: messages go to everybody."),
        ),
    ],
  );

function team({ team: name, services, applications, levels }) {
  return el(
    "div",
    { class: "team" },
    el("h3", {}, name, " ", el("span", { class: "soft small" }, [...applications, ...services].join(", "))),
    el(
      "ol",
      { class: "list-plain" },
      levels.map((one) =>
        el(
          "li",
          {},
          el("span", { class: "soft" }, `Level ${one.level}, ${one.minutes} min: `),
          one.people.map((each) => each.name).join(", ") || "nobody",
        ),
      ),
    ),
  );
}
