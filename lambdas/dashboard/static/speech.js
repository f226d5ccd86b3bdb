/** What is worth interrupting somebody for who listens to the page. */
import { plain } from "./words.js";

const SAID = {
  awaiting_approval: (row) => `${row.service} needs your decision: ${row.remedy?.title ?? row.summary}.`,
  acting: (row) => `${row.service}: acting now.`,
  resolved: (row) => `${row.service} is resolved.`,
  rolled_back: (row) => `${row.service}: the remedy was undone.`,
  closed: (row) => `${row.service} is closed.`,
  escalated: (row) => `${row.service}: a human must decide.`,
};

/** A sentence about a change, or nothing. */
export function news(before, row) {
  if (!before) return `New ${plain(row.severity)} incident on ${row.service}.`;
  if (row.owner && row.owner !== before.owner) return `${row.owner} has ${row.service} now.`;
  return row.status !== before.status ? (SAID[row.status]?.(row) ?? "") : "";
}
