/** Numbers and names as people read them. */

const GROUPED = new Intl.NumberFormat("en-US");
const DOLLARS = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 0,
});
const CENTS = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

/** 12,345 */
export const count = (value) => GROUPED.format(value);

/** $12,345, with cents below ten dollars. */
export function money(value) {
  const usd = Number(value);
  if (!Number.isFinite(usd)) return "not known";
  if (usd !== 0 && Math.abs(usd) < 0.01) return `$${usd.toFixed(4)}`;
  return (Math.abs(usd) < 10 && usd !== 0 && !Number.isInteger(usd) ? CENTS : DOLLARS).format(usd);
}

/** The same of something that runs: an outage is never free. */
export const running = (value) => (value > 0 && value < 1 ? "under $1" : money(Math.floor(value)));

/** $12.3k: for places where the eye compares. */
export function shortMoney(value) {
  const usd = Number(value);
  if (!Number.isFinite(usd)) return "–";
  if (Math.abs(usd) < 10_000) return money(Math.round(usd));
  if (Math.abs(usd) < 1_000_000) return `$${trimmed(usd / 1_000)}k`;
  return `$${trimmed(usd / 1_000_000)}M`;
}

const trimmed = (value) => value.toFixed(1).replace(/\.0$/, "");

/** A span of seconds in its two greatest units: 42 s, 4 min 5 s, 3 h 12 min, 2 d 4 h. */
export function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ${Math.floor((s % 3_600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3_600)} h`;
}

/** The same in one unit, for a column. */
export function shortSpan(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3_600) return `${Math.floor(s / 60)} min`;
  if (s < 86_400) return `${Math.floor(s / 3_600)} h`;
  return `${Math.floor(s / 86_400)} d`;
}

/** 2:05, or -0:12 when it is over. */
export function countdown(seconds) {
  const s = Math.abs(Math.trunc(seconds));
  const hours = Math.floor(s / 3_600),
    minutes = Math.floor((s % 3_600) / 60);
  const head = hours ? `${hours}:${String(minutes).padStart(2, "0")}` : String(minutes);
  return `${seconds < 0 ? "−" : ""}${head}:${String(s % 60).padStart(2, "0")}`;
}

const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: "UTC" };
const DATE = { day: "numeric", month: "short", timeZone: "UTC" };

/** 14:03:22, of another day with the date: in UTC, as messages and the command line say it. */
export function clock(iso) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return "";
  const said = at.toLocaleTimeString("en-GB", CLOCK);
  const today = new Date().toISOString().slice(0, 10) === at.toISOString().slice(0, 10);
  return today ? said : `${at.toLocaleDateString("en-GB", DATE)} ${said}`;
}

/** 14:03:22 UTC, for a sentence. */
export const time = (iso) => (clock(iso) ? `${clock(iso)} UTC` : "");

/** 92 % of thousandths. */
export const percent = (thousandths) => `${Math.round(thousandths / 10)} %`;

/** database_cascade_failure → database cascade failure */
export const plain = (name) => String(name ?? "").replaceAll("_", " ");

/** Resolved */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** 1 agent, 2 agents */
export const many = (number, one, more = `${one}s`) => `${count(number)} ${number === 1 ? one : more}`;

/** The first characters of a digest. */
export const short = (digest) => String(digest ?? "").slice(0, 8);
