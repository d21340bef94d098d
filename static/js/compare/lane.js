/** One lane: a strategy, its throwaway login, what was answered so far, and the visitor's guess. */

import { el } from "../dom.js";
import { isEmbedded } from "../embedded.js";
import { linked } from "../glossary.js";
import { REPLAY, STEPS } from "./story.js";

/** Problems that only a new login gets over. */
const LOST = new Set(["refused", "elsewhere"]);

const RELOADED =
  "The page was loaded again, which forgets the login: a new one has done the same steps.";

export class Lane {
  /**
   * @param {HTMLElement} node the lane as the server rendered it
   * @param {object} data of the page
   */
  constructor(node, data) {
    Object.assign(this, { node, data, opened: new Set() });
    this.side = node.dataset.side;
    this.chooser = node.querySelector("select");
    this.heading = node.querySelector("[data-family-title]");
    this.subtitle = node.querySelector("[data-subtitle]");
    this.body = node.querySelector("[data-body]");
    this.choose(this.chooser.value);
  }

  /** Take another strategy and forget everything about the last one. */
  choose(slug) {
    this.chooser.value = slug;
    this.strategy = this.data.strategies.find((strategy) => strategy.slug === slug);
    this.node.dataset.family = this.strategy.family;
    this.heading.textContent = this.strategy.family_title;
    this.subtitle.textContent = this.strategy.subtitle;
    this.guess = null;
    this.reset();
  }

  /** Back to before the first step. */
  reset() {
    Object.assign(this, { login: null, results: [], samples: [], asked: null });
    Object.assign(this, { error: null, notice: null });
  }

  /** What was answered before the page was loaded again. */
  restore({ results, guess }) {
    Object.assign(this, { results, guess });
  }

  /** What may be kept: no credential is in it. */
  kept() {
    return { results: this.results, guess: this.guess };
  }

  /** Get ready to go on after an error: by the same login, or from the start if that is lost. */
  recover() {
    const forgotten = !this.login && this.results.length > 0 && !this.finished;
    if (LOST.has(this.error?.kind) || forgotten) this.reset();
    this.error = null;
    this.notice = forgotten ? RELOADED : null;
  }

  /** Whether the visitor is to guess now what the thief will get. A lesson has asked by itself. */
  get asks() {
    return !isEmbedded && this.results.length === REPLAY && this.guess === null;
  }

  get finished() {
    return this.results.length === STEPS.length;
  }

  /** Whether it has steps to do until `target` of them are done. */
  behind(target) {
    return !this.error && this.results.length < target;
  }

  /** Take a login that has begun. */
  begin(login) {
    this.login = login;
    this.results = [login.first];
  }

  /** Send one of the many requests; after the last one the step is done. */
  async sample() {
    const { login, results, samples } = this;
    await this.attempt(async () => {
      const answer = await login.request();
      samples.push(answer.trace.total_us);
      this.asked ??= answer;
      const { accepted } = answer.verdict;
      if (accepted && samples.length < this.data.requests) return;
      results.push({ ...(accepted ? this.asked : answer), samples });
    });
  }

  /** Do the next of the other steps. */
  advance() {
    const { login, results } = this;
    return this.attempt(async () => results.push(await login[STEPS[results.length]]()));
  }

  /** An answer to a strategy that is no longer chosen is dropped, and so is its error. */
  async attempt(act) {
    const { login } = this;
    try {
      await act();
    } catch (error) {
      if (login === this.login) this.failed(error);
    }
  }

  /** Where the throwaway user is gone, start again with a new one: it was no strategy's doing. */
  failed(error) {
    if (error.kind !== "gone" || this.notice) {
      this.error = error;
      return;
    }
    this.reset();
    this.notice = error.message;
  }

  /** Say whether the server is being asked. */
  busy(flag) {
    this.node.setAttribute("aria-busy", String(flag));
  }

  /** What stands there before the first step. */
  show() {
    const summary = el("p", {}, ...linked(this.strategy.summary));
    this.body.replaceChildren(el("div", { class: "lane__stand" }, this.noticed(), summary));
  }

  /** What the visitor has to be told first, if anything. */
  noticed() {
    const { notice } = this;
    return notice && el("p", { class: "message lane__notice", "data-notice": true }, notice);
  }
}
