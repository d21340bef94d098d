/** Follow a room: ask where the class is, and fetch this page anew when that has changed. */

import { localTimes } from "../when.js";

const EVERY = 2000; // ms between two questions, give or take a quarter: a class must not ask as one
const HIDDEN = 15_000; // in a pocket
const PATIENCE = 8000; // for one answer
const LONGEST = 10_000; // between two questions while nobody answers

export class Follower {
  /** @param {{state: string}} data where to ask @param {(state: object) => void} changed */
  constructor({ state }, changed) {
    Object.assign(this, { url: state, changed, failures: 0, timer: 0, asking: false });
    this.lost = document.querySelector("[data-lost]");
    addEventListener("online", () => this.ask());
    addEventListener("offline", () => this.say("No connection. This page goes on by itself when it is back."));
    document.addEventListener("visibilitychange", () => document.hidden || this.ask());
    this.wait();
  }

  get now() {
    return document.getElementById("now");
  }

  wait() {
    const usual = document.hidden ? HIDDEN : EVERY;
    const pause = Math.min(usual * 2 ** this.failures, Math.max(usual, LONGEST));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), pause * (0.75 + Math.random() / 2));
  }

  async ask() {
    if (this.asking) return;
    this.asking = true;
    try {
      const answer = await get(this.url);
      if (answer.status === 404) return this.gone();
      if (!answer.ok) throw new Error(answer.statusText);
      await this.take(await answer.json());
      this.failures = 0;
      this.lost.hidden = true;
    } catch {
      this.failures += 1;
      this.say("No connection to the lesson. This page tries again by itself.");
    } finally {
      this.asking = false;
    }
    this.wait();
  }

  async take(state) {
    const { version, votesIn } = this.now.dataset;
    const isNews = String(state.version) !== version;
    if (isNews || (votesIn !== undefined && votesIn !== String(state.votes))) await this.renew();
    this.changed(state);
  }

  /** Put what this address shows now into the place of what stood there. */
  async renew() {
    const answer = await get(location.href);
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const old = this.now;
    const held = old.contains(document.activeElement) ? document.activeElement.dataset.go : null;
    old.replaceWith(document.adoptNode(page.getElementById("now")));
    // Who goes by the keyboard stays at the button, or begins with what is new.
    if (held !== null) (document.querySelector(`[data-go="${held}"]`) ?? this.now).focus();
    localTimes(this.now);
  }

  say(words) {
    if (this.lost.textContent !== words) this.lost.textContent = words;
    this.lost.hidden = false;
  }

  gone() {
    this.say("This room is no longer there: its day is over.");
  }
}

function get(url) {
  return fetch(url, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
}

/** What the page knows of its room. */
export function roomData() {
  return JSON.parse(document.getElementById("room-data").textContent);
}
