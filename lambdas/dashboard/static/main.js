/** The page itself: who looks, where they are, and the feed that keeps it true. */
import { lag, read, Refused, takeToken } from "./api.js";
import { auditPage } from "./audit.js";
import { autonomyPage } from "./autonomy.js";
import { demoPage } from "./demo.js";
import { help, killSwitch } from "./dialogs.js";
import { dismissedPage } from "./dismissed.js";
import { el, Part, tickAll } from "./dom.js";
import { Feed } from "./feed.js";
import { showFoot } from "./foot.js";
import { healthPage } from "./health.js";
import { IncidentPage } from "./incident.js";
import { Incidents } from "./incidents.js";
import { listen } from "./keys.js";
import { ListPage } from "./list.js";
import { runbooksPage } from "./runbooks.js";
import { SignIn } from "./signin.js";
import { sign } from "./signs.js";
import { news } from "./speech.js";
import { span, time } from "./words.js";

const LIMIT = 100,
  MOST = 6_000,
  ME_EVERY = 15_000,
  PERHAPS_LATE = 3;

const incidents = new Incidents();
const list = new ListPage(incidents);
const PAGES = {
  "": ["Incidents", () => list],
  dismissed: ["Dismissed", dismissedPage],
  health: ["Health", healthPage],
  autonomy: ["Autonomy", autonomyPage],
  runbooks: ["Runbooks", runbooksPage],
  audit: ["Audit", () => auditPage(incidents)],
  demo: ["Demo", () => demoPage({ changed: () => feed.wake(), say }), "demo"],
};

const main = document.querySelector("#main");
const notice = new Part(document.querySelector("#notice"));
const connection = new Part(document.querySelector("#connection"));
const nav = new Part(document.querySelector("#nav"));
const emergency = new Part(document.querySelector("#emergency"));
const who = new Part(document.querySelector("#who"));

const state = { me: null, page: null, place: null, cursor: null, meAt: 0, started: false };

const door = new SignIn(() => (state.page ? frame() : enter()));

/** Says something to whoever cannot see it. */
function say(text) {
  document.querySelector("#speech").textContent = text;
}

async function ask(signal) {
  if (!state.me || Date.now() - state.meAt > ME_EVERY) await me(signal);
  if (state.cursor === null) await begin(signal);
  const answer = await changes(signal);
  if (answer) {
    state.cursor = answer.cursor;
    for (const [before, row] of incidents.take(answer.changes)) tell(news(before, row));
  }
  return Boolean(answer?.more);
}

/** A cursor that is not known any more: everything is read anew. */
async function changes(signal) {
  try {
    return await read("changes", { query: { since: state.cursor }, signal });
  } catch (error) {
    if (!(error instanceof Refused) || ![400, 410].includes(error.status)) throw error;
    state.cursor = null;
    await begin(signal);
    return null;
  }
}

async function begin(signal) {
  const from = await read("changes", { fresh: true, signal });
  const first = await read("incidents", { query: { limit: LIMIT, open: true }, fresh: true, signal });
  incidents.take(first.incidents);
  state.cursor = from.cursor;
  rest(first.next_cursor).catch((error) => {
    if (!(error instanceof Refused)) throw error;
    state.cursor = null;
  });
}

/** All the others that are open, whatever their number; then what is over, the newest first, up to a limit. */
async function rest(cursor) {
  while (cursor) cursor = await taken({ open: true, cursor });
  let left = MOST;
  do {
    cursor = await taken({ cursor });
    left -= LIMIT;
  } while (cursor && left > 0);
  incidents.cut = Boolean(cursor);
  list.complete = true;
  incidents.changed += 1;
  refresh();
}

/** Takes a page of the list; the cursor of the next one, if there is one. */
async function taken(query) {
  const answer = await read("incidents", { query: { limit: LIMIT, ...query }, fresh: true });
  incidents.take(answer.incidents);
  if (incidents.rows.size % 500 < LIMIT) refresh();
  return answer.next_cursor;
}

/** Who asks, and whether everything is stopped. */
async function me(signal) {
  const before = state.me?.kill_switch.on;
  state.me = await read("me", { fresh: true, signal });
  state.meAt = Date.now();
  const on = state.me.kill_switch.on;
  if (before !== undefined && before !== on)
    say(on ? "The kill switch is on: everything is stopped." : "The kill switch is off: remedies may run.");
}

function tell(text) {
  if (text) say(text);
}

function refresh() {
  state.page?.update(incidents.rows.get(state.place?.id));
  frame();
  tickAll();
}

const feed = new Feed(ask, refresh);

/** Everything around the page. */
function frame() {
  const title = `${state.page?.title() ?? ""} · Incident Commander`;
  if (document.title !== title) document.title = title;
  nav.show([state.place?.name ?? "", state.me?.may], links);
  who.show(state.me, (me) =>
    me
      ? [
          el("span", {}, me.name || me.identity),
          el("span", { class: "faint" }, ` · ${me.role} · ${me.stage} ${me.level}`),
        ]
      : [],
  );
  connection.show(connected(), ([kind, text]) =>
    el("span", { class: `connection ${kind}` }, el("span", { class: "dot", "aria-hidden": "true" }), text),
  );
  notice.show(notices(), (all) => all.map(one));
  emergency.show([may("kill_switch"), state.me?.kill_switch.on], ([allowed, on]) =>
    allowed && !on
      ? el(
          "button",
          { id: "stop-all", type: "button", on: { click: () => killSwitch(state.me, true, flipped) } },
          sign("stop", "bad"),
          "Stop all",
          el("span", { class: "hidden" }, ": the kill switch"),
        )
      : [],
  );
  showFoot(incidents.rows.size, incidents.cut, door.offered && !door.shut ? () => door.leave() : null);
}

function links() {
  return el(
    "ul",
    {},
    Object.entries(PAGES)
      .filter(([, [, , needs]]) => !needs || may(needs))
      .map(([name, [title]]) =>
        el(
          "li",
          {},
          el(
            "a",
            { href: `#/${name}`, "aria-current": (state.place?.name ?? "") === name ? "page" : null },
            title,
          ),
        ),
      ),
  );
}

function connected() {
  if (door.shut) return ["lost", "signed out"];
  if (feed.lostAt !== null && feed.refused?.status === 401) return ["lost", "signed out"];
  if (feed.lostAt !== null)
    return ["lost", `disconnected since ${time(new Date(feed.lostAt).toISOString())}`];
  if (feed.answeredAt === null) return ["late", "connecting"];
  const age = Math.floor((Date.now() - feed.answeredAt) / 1_000);
  if (lag() === null) return ["late", "may be behind"];
  const late = Math.max(lag() ?? 0, age);
  return late >= PERHAPS_LATE ? ["late", `${span(late)} behind`] : ["live", "live"];
}

function notices() {
  const found = [];
  if (feed.lostAt !== null) {
    const out = feed.refused?.status === 401;
    found.push({
      kind: "bad",
      text:
        out && door.offered
          ? "Your sign-in has expired, or is not valid any more. Nothing was done. Sign in again."
          : feed.refused?.status && feed.refused.status !== 0
          ? feed.refused.message
          : `Disconnected since ${time(new Date(feed.lostAt).toISOString())}. What you see is from then; the machine works on without this page. Trying again by itself.`,
      retry: !out,
      enter: out && door.offered,
    });
  }
  if (door.fault && state.page) found.push({ kind: "bad", text: door.fault });
  const stop = state.me?.kill_switch;
  if (stop?.on)
    found.push({
      kind: "bad",
      text: `Everything is stopped by ${stop.by || "an operator"}${stop.at ? ` since ${time(stop.at)}` : ""}: ${stop.reason}`,
      resume: may("kill_switch"),
    });
  if (lag() === null && feed.lostAt === null && feed.answeredAt !== null)
    found.push({
      kind: "warn",
      text: "Nobody knows how far this is behind the log: the read model was wiped, or nothing keeps it. Trust commander explain.",
    });
  return found;
}

function one({ kind, text, retry, resume, enter }) {
  return el(
    "div",
    { class: `notice ${kind}`, role: kind === "bad" ? "alert" : "status" },
    sign(kind === "bad" ? "alert" : "clock", kind),
    el("span", {}, text),
    retry && el("button", { id: "retry", type: "button", on: { click: () => feed.wake() } }, "Try now"),
    enter && door.button(),
    resume &&
      el(
        "button",
        { id: "resume", type: "button", on: { click: () => killSwitch(state.me, false, flipped) } },
        "Let remedies run again …",
      ),
  );
}

const may = (what) => Boolean(state.me?.may.includes(what));

function flipped(said) {
  say(said?.said ?? "Done.");
  state.meAt = 0;
  feed.wake();
}

/** Shows the page of the address. */
function route() {
  const [, first = "", id = ""] = location.hash.split("/");
  const incident = first === "incidents" && id ? decodeURIComponent(id) : "";
  state.place = incident ? { name: "", id: incident } : { name: first in PAGES ? first : "", id: "" };
  state.page = incident
    ? new IncidentPage(incident, { changed: () => feed.wake(), say, may })
    : PAGES[state.place.name][1]();
  state.page.build(main);
  frame();
  scrollTo(0, 0);
}

/** Shows what the address names, or the door. */
function enter() {
  if (door.shut) {
    door.show(main);
    return frame();
  }
  route();
  if (!state.started) feed.start();
  state.started = true;
}

addEventListener("hashchange", () => {
  takeToken();
  enter();
  main.focus({ preventScroll: true });
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
document.querySelector("#help-button").addEventListener("click", help);
listen({
  help,
  step: (by) => list === state.page && list.step(by),
  find: () => document.querySelector("#search")?.focus(),
  ask: () =>
    (
      document.querySelector("#confirm") ??
      document.querySelector("#take-reason") ??
      document.querySelector(".case.asks a")
    )?.focus(),
  back: () => {
    if (state.place?.id) location.hash = "#/";
  },
});
setInterval(() => {
  tickAll();
  frame();
  if (!document.hidden) state.page?.update(incidents.rows.get(state.place?.id));
}, 1_000);

takeToken();
await door.arrive();
enter();
