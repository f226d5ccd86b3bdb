/** Audit: whether the logs of the newest incidents can be believed. */
import { read } from "./api.js";
import { el } from "./dom.js";
import { pill } from "./signs.js";
import { sheet, SheetPage, table } from "./sheet_page.js";
import { many } from "./words.js";

const AT_ONCE = 20;
const STATES = {
  holds: ["check", "good", "holds"],
  broken: ["alert", "bad", "broken"],
  unknown: ["ring", "", "not checked yet"],
};

/** @param incidents  what is known */
export const auditPage = (incidents) =>
  new SheetPage(
    "Audit",
    async () => {
      const rows = [...incidents.rows.values()]
        .sort((a, b) => b.changed_at.localeCompare(a.changed_at))
        .slice(0, AT_ONCE);
      const checked = await Promise.all(
        rows.map((row) =>
          read(`incidents/${encodeURIComponent(row.id)}/audit`, { fresh: true }).catch((error) => ({
            incident_id: row.id,
            state: "unknown",
            checked: "chain",
            findings: [error.message],
            version: row.version,
          })),
        ),
      );
      return { checked };
    },
    ({ checked }) => [
      el(
        "p",
        { class: "soft" },
        `The log is chained by hashes, each event is MAC’d by its author, copied and anchored. The newest ${many(checked.length, "incident")}; all of them: `,
        el("code", {}, "commander audit verify --all"),
      ),
      sheet(
        "Logs",
        checked.length
          ? table(
              "Audit of incidents",
              [
                [
                  "Incident",
                  (one) =>
                    el("a", { href: `#/incidents/${encodeURIComponent(one.incident_id)}` }, one.incident_id),
                ],
                ["The log", (one) => pill(...(STATES[one.state] ?? STATES.unknown))],
                [
                  "Checked",
                  (one) =>
                    one.checked === "everything" ? "hashes, MACs, copies, anchors" : "hashes and order",
                ],
                ["Events", (one) => one.version, "number"],
                ["Found", (one) => one.findings.join("; ") || "–"],
              ],
              checked,
            )
          : el("p", { class: "soft" }, "There is no incident yet."),
      ),
    ],
    30_000,
  );
