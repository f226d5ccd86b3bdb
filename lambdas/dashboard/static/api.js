/** The JSON API: who asks (a bearer token), one clock (the server's), and errors as sentences. */

const BASE = new URL("api/v1/", document.baseURI);
const TOKEN = "incident-commander.token";
const PATIENCE = 15_000;

/** An answer that is not one; `status` 0: there was none at all. */
export class Refused extends Error {
  constructor(status, said) {
    super(said);
    this.status = status;
  }
}

const PLAIN = {
  0: "There is no connection to the server.",
  401: "Your sign-in is not valid any more. Nothing was done. Sign in again, or open a fresh link: commander dashboard.",
  403: "Your role does not allow this. Nothing was done. Ask somebody who may.",
  404: "There is no such thing any more.",
  409: "It has changed meanwhile. Nothing was done. Look at it again before you decide.",
  429: "Too many questions at once. Wait a moment, then try again.",
};

/** Takes the token out of the address (`#token=…`), so that neither history nor a shared screen keeps it. */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!given) return;
  if (LOOPBACK) localStorage.setItem(TOKEN, given);
  else keepToken(given);
  history.replaceState(null, "", `${location.pathname}${location.search}#/`);
}

/** A server of this machine alone: its token ends with it, and a store is of this origin, its port included. So every
 *  tab has the newest link's token, and a link from a message opens. An issuer's token stays in its tab. */
const LOOPBACK = ["127.0.0.1", "localhost"].includes(location.hostname);
const kept = () => sessionStorage.getItem(TOKEN) ?? (LOOPBACK ? localStorage.getItem(TOKEN) : null);

/** Whether there is a token; it may have ended. */
export const hasToken = () => kept() !== null;

/** Keeps a token while this tab is open, and nowhere else. */
export const keepToken = (token) => sessionStorage.setItem(TOKEN, token);

/** Forgets the token. */
export function forgetToken() {
  sessionStorage.removeItem(TOKEN);
  localStorage.removeItem(TOKEN);
}

let ahead = 0,
  behind;

/** The server's time in milliseconds: countdowns do not depend on a wrong clock of this machine. */
export const now = () => Date.now() + ahead;

/** Seconds from then until now; negative: still to come. */
export const since = (iso) => (now() - new Date(iso).getTime()) / 1000;

/** How many seconds the read model is behind the log, as the last answer said; null: nobody knows. */
export const lag = () => behind;

const tags = new Map();
const MOST_TAGS = 200;

/** Reads; null: it is what it was when it was last read (304).
 *  @throws Refused */
export async function read(path, { query = {}, signal = undefined, fresh = false } = {}) {
  const url = new URL(path, BASE);
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== "") url.searchParams.set(name, value);
  const headers = {};
  if (!fresh && tags.has(url.href)) headers["If-None-Match"] = tags.get(url.href);
  const answer = await asked(url, { headers, signal });
  if (answer.status === 304) return null;
  const said = await body(answer);
  const tag = answer.headers.get("ETag");
  if (tag) {
    tags.delete(url.href);
    tags.set(url.href, tag);
    if (tags.size > MOST_TAGS) tags.delete(tags.keys().next().value);
  }
  return said;
}

/** Does something, once: it is never tried again by itself.
 *  @throws Refused */
export async function act(method, path, what) {
  const headers = { "Content-Type": "application/json" };
  return body(await asked(new URL(path, BASE), { method, headers, body: JSON.stringify(what) }));
}

async function asked(url, { headers, signal, ...rest }) {
  const token = kept();
  if (token) headers.Authorization = `Bearer ${token}`;
  const limit = AbortSignal.timeout(PATIENCE);
  let answer;
  try {
    answer = await fetch(url, {
      ...rest,
      headers,
      cache: "no-store",
      credentials: "same-origin",
      redirect: "error",
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused(0, PLAIN[0]);
  }
  hear(answer.headers);
  if (answer.ok || answer.status === 304) return answer;
  throw new Refused(answer.status, await sentence(answer));
}

function hear(headers) {
  const at = Date.parse(headers.get("Commander-Time") ?? ""),
    late = headers.get("Commander-Behind-Seconds");
  if (!Number.isNaN(at)) ahead = at - Date.now();
  if (late !== null) behind = late === "unknown" ? null : Number(late);
}

async function sentence(answer) {
  const said = await answer.json().catch(() => null);
  const detail = typeof said?.detail === "string" ? said.detail : "";
  const known =
    PLAIN[answer.status] ??
    (answer.status >= 500 ? "The server could not answer." : "The server refused it.");
  return detail ? `${known} It says: ${detail}` : known;
}

async function body(answer) {
  try {
    return await answer.json();
  } catch {
    throw new Refused(0, "The server's answer could not be read.");
  }
}
