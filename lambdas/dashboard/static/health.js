/** Health: what the house and its alarms say of itself, and who is called. */
import { read, since } from "./api.js";
import { el, tick } from "./dom.js";
import { pill, sign } from "./signs.js";
import { sheet, SheetPage, table } from "./sheet_page.js";
import { capital, many, plain, shortSpan, time } from "./words.js";

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

const ALARM = {
  alarm: ["alert", "bad", "ALARM"],
  no_data: ["ring", "", "no data"],
  ok: ["check", "good", "OK"],
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
      sheet("Alarms", alarms(health.alarms)),
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

function alarms(all) {
  if (!all) {
    const what = " The house’s own alarms cannot be read now: that none is shown does not mean that all is well.";
    return el("p", {}, pill("ring", "warn", "not known"), what);
  }
  if (!all.length)
    return el("p", {}, pill("alert", "bad", "none"), " Nobody hears when the house is unwell: deploy it again.");
  const firing = all.filter((one) => one.state === "alarm");
  const rest = all.filter((one) => one.state !== "alarm");
  return [
    el(
      "p",
      { id: "alarms-now" },
      firing.length
        ? el("strong", { class: "bad fired" }, sign("alert"), ` ${many(firing.length, "alarm has", "alarms have")} gone off`)
        : pill("check", "good", "No alarm has gone off"),
    ),
    firing.length > 0 && el("ul", { class: "list-plain alarms" }, firing.map(alarm)),
    rest.length > 0 &&
      el(
        "details",
        { id: "alarms-quiet" },
        el("summary", {}, counted(rest)),
        el("ul", { class: "list-plain alarms" }, rest.map(alarm)),
      ),
  ];
}

/** 33 OK, 1 without data */
function counted(rest) {
  const silent = rest.filter((one) => one.state !== "ok").length;
  const well = rest.length - silent;
  return [well && `${well} OK`, silent && `${silent} without data`].filter(Boolean).join(", ");
}

function alarm({ name, state, since: at, meaning, reason }) {
  return el(
    "li",
    { class: "tight" },
    el(
      "div",
      { class: "row" },
      pill(...(ALARM[state] ?? ["ring", "", plain(state) || "unknown"])),
      el("strong", {}, worded(name)),
      at && el("span", { class: "soft small" }, `since ${time(at)}, `, tick(el("span"), () => shortSpan(since(at)))),
    ),
    state === "alarm"
      ? el("p", {}, commands(meaning))
      : el("p", { class: "small" }, el("span", { class: "soft" }, "It would mean: "), commands(meaning)),
    state !== "ok" &&
      reason && el("p", { class: "soft small" }, reason),
  );
}

/** What stands between backquotes is something to type. */
const commands = (text) => text.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));

/** DeadLettersWaiting → Dead letters waiting */
const worded = (name) => capital(name.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase());
