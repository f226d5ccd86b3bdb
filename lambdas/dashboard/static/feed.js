/** The change feed: asked again and again while somebody looks, less when nobody does, with care when it fails. */
import { Refused } from "./api.js";

const SEEN = 400,
  HIDDEN = 15_000,
  FIRST_FAULT = 1_000,
  MOST = 30_000;
const ASLEEP = 10_000;

export class Feed {
  /** @param ask  (signal) → whether there is more to ask for at once
   *  @param told called after every answer and every failure */
  constructor(ask, told) {
    this.ask = ask;
    this.told = told;
    this.faults = 0;
    this.lostAt = null;
    this.answeredAt = null;
    this.refused = null;
    this.timer = 0;
    this.asking = null;
    this.beat = Date.now();
  }

  /** Begins, and listens to what wakes it. */
  start() {
    document.addEventListener("visibilitychange", () => (document.hidden ? this.#later() : this.wake()));
    addEventListener("online", () => this.wake());
    addEventListener("pageshow", (event) => event.persisted && this.wake());
    setInterval(() => this.#listen(), 1_000);
    this.wake();
  }

  /** Asks now; a question that hangs since before a sleep is given up. */
  wake() {
    this.asking?.abort();
    clearTimeout(this.timer);
    this.#once();
  }

  /** A clock that jumped: the machine was asleep, and the timers with it. */
  #listen() {
    const gap = Date.now() - this.beat;
    this.beat = Date.now();
    if (gap > ASLEEP && !document.hidden) this.wake();
  }

  async #once() {
    const asking = new AbortController();
    this.asking = asking;
    let more = false;
    try {
      more = await this.ask(asking.signal);
      Object.assign(this, { faults: 0, lostAt: null, refused: null, answeredAt: Date.now() });
    } catch (error) {
      if (asking.signal.aborted) return;
      if (!(error instanceof Refused)) console.error(error);
      this.faults += 1;
      this.lostAt ??= this.answeredAt ?? Date.now();
      this.refused = error;
    }
    if (this.asking !== asking) return;
    this.asking = null;
    this.told(this);
    this.#later(more ? 0 : undefined);
  }

  #later(wait = this.#pause()) {
    if (this.asking) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#once(), wait);
  }

  #pause() {
    if (this.faults) return Math.min(MOST, FIRST_FAULT * 2 ** (this.faults - 1)) * (0.5 + Math.random() / 2);
    return document.hidden ? HIDDEN : SEEN;
  }
}
