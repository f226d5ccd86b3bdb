/** The rows that are known, and what they ask of whom. */
import { now } from "./api.js";

/** Whose turn it is; the order is the order of the list. */
export const TURNS = {
  asks: "Needs you",
  machine: "Machine at work",
  person: "A person has it",
  over: "Over",
};

const GRAVE = ["critical", "high", "medium", "low"];

/** Whose turn it is in an incident. */
export function turn(row) {
  if (row.closed) return "over";
  if (row.owner) return "person";
  return row.waits_for_approval || row.with_people ? "asks" : "machine";
}

/** What it costs a minute now, and what it has cost. */
export const rate = (row) => Number(row.running.usd_per_minute);
export function spent(running) {
  const minutes = (now() - new Date(running.since).getTime()) / 60_000;
  return Number(running.usd) + Number(running.usd_per_minute) * Math.max(0, minutes);
}

/** Why a minute costs nothing now. */
export const uncounted = (row) => (row.closed ? "no more" : row.felt ? "not known" : "not felt any more");

export class Incidents {
  constructor() {
    this.rows = new Map();
    this.changed = 0;
    /** Whether older ones that are over were left out. */
    this.cut = false;
  }

  /** Takes rows; an older version of one changes nothing. Returns those that are news, with what was known before. */
  take(rows) {
    const news = [];
    for (const row of rows) {
      const before = this.rows.get(row.id);
      if (before && before.version > row.version) continue;
      if (before && before.version === row.version && before.running.since === row.running.since) continue;
      this.rows.set(row.id, row);
      if (!before || before.version !== row.version) news.push([before, row]);
      this.changed += 1;
    }
    return news;
  }

  /** Those that fit, the most urgent first. */
  sorted(fits) {
    const turns = Object.keys(TURNS);
    return [...this.rows.values()]
      .filter(fits)
      .map((row) => ({ row, key: [turns.indexOf(turn(row)), grave(row), -Date.parse(row.detected_at)] }))
      .sort((a, b) => a.key[0] - b.key[0] || (a.key[0] >= 3 ? 0 : a.key[1] - b.key[1]) || a.key[2] - b.key[2])
      .map((one) => one.row);
  }

  /** How many are whose turn, and what all together cost a minute. */
  totals() {
    const found = { asks: 0, machine: 0, person: 0, over: 0, usd: 0 };
    for (const row of this.rows.values()) {
      found[turn(row)] += 1;
      found.usd += rate(row);
    }
    return found;
  }
}

const grave = (row) => {
  const at = GRAVE.indexOf(row.severity);
  return at < 0 ? GRAVE.length : at;
};
