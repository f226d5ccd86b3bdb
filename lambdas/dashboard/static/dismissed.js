/** Dismissed alarms: what was not felt opened no incident, and stands here with the reason. */
import { el } from "./dom.js";
import { sheet, SheetPage, table } from "./sheet_page.js";
import { many, plain, time } from "./words.js";

export const dismissedPage = () =>
  new SheetPage(
    "Dismissed",
    "dismissed",
    ({ alarms, count, days }) => [
      el(
        "p",
        { class: "soft", id: "dismissed-count" },
        `${many(count, "alarm")} of today and the ${many(days, "day")} before opened no incident, since nobody felt anything.`,
        count > alarms.length ? ` The newest ${alarms.length} are shown; all of them: commander dismissed` : "",
      ),
      sheet(
        "Why each was dismissed",
        alarms.length
          ? table(
              "Dismissed alarms",
              [
                ["When", (one) => time(one.at)],
                ["Service", (one) => [one.service, el("div", { class: "small soft" }, one.application)]],
                ["Alarm", (one) => [one.alarm, one.measure].filter(Boolean).map(plain).join(", ") || "–"],
                ["Why", (one) => one.reason],
                ["Looked at", (one) => one.looked_at.join("; ") || "–"],
              ],
              alarms,
            )
          : el("p", { class: "soft" }, "None."),
      ),
    ],
    15_000,
  );
