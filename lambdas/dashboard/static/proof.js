/** What it costs, and what proves it. */
import { pair } from "./ask.js";
import { el, tick } from "./dom.js";
import { spent, uncounted } from "./incidents.js";
import { pill } from "./signs.js";
import { certificate } from "./vote.js";
import { count, many, money, plain, running as amount } from "./words.js";

/** What it costs the business, and what the response costs us. */
export function moneyPart({ row, tokens }, running) {
  const asked = tokens.tokens_in + tokens.tokens_out;
  return el(
    "dl",
    { class: "pairs narrow" },
    pair(
      "Until now",
      tick(el("strong"), () => amount(spent(running))),
    ),
    pair("More a minute", Number(running.usd_per_minute) ? money(running.usd_per_minute) : uncounted(row)),
    Number(running.user_charge) > 0 && pair("Of it users, once", money(running.user_charge)),
    pair("This response", money(row.spent.own_usd)),
    pair(
      "Tokens",
      asked ? `${count(tokens.tokens_in)} in, ${count(tokens.tokens_out)} out` : "none: no model was asked",
    ),
    running.estimated && pair("Note", "by its tier: the service is not in the catalogue"),
  );
}

/** Whether the log holds, and the certificate. */
export function proof({ certificate: certified }, audit) {
  const state = {
    holds: ["check", "good", "The log holds"],
    broken: ["alert", "bad", "The log is broken"],
    unknown: ["ring", "", "Not checked yet"],
  }[audit?.state ?? "unknown"];
  return [
    el(
      "p",
      {},
      pill(...state),
      el(
        "span",
        { class: "small soft" },
        audit
          ? ` ${audit.checked === "everything" ? "hashes, MACs, copies and anchors" : "hashes and order"}, ${many(audit.version, "event")}`
          : "",
      ),
    ),
    audit?.findings.map((one) => el("p", { class: "small bad" }, one)),
    certified
      ? el(
          "details",
          { id: "certificate" },
          el(
            "summary",
            {},
            `Certificate: ${plain(certified.kind)}, ${many(certified.ballots.length, "ballot")}`,
          ),
          certificate({ certificate: certified }),
        )
      : el("p", { class: "small soft" }, "No certificate: without one nothing is done."),
  ];
}
