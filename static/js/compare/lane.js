/** One lane: a strategy, its throwaway login, and what was answered so far. */

import { LabLogin } from "./lab-login.js";
import { emptyView, errorView, resultView } from "./lane-view.js";

/** The four steps, in order; the names are methods of LabLogin. */
export const STEPS = ["login", "request", "logout", "replay"];

/** Problems that only a new login gets over. */
const LOST = new Set(["refused", "elsewhere"]);

export class Lane {
  /**
   * @param {HTMLElement} node the lane as the server rendered it
   * @param {{strategies: object[], usersUrl: string}} data of the page
   */
  constructor(node, data) {
    Object.assign(this, { node, data });
    this.side = node.dataset.side;
    this.chooser = node.querySelector("select");
    this.heading = node.querySelector("[data-family-title]");
    this.handedOut = document.querySelector(`[data-handed-out="${this.side}"]`);
    this.body = node.querySelector("[data-body]");
    this.choose(this.chooser.value);
  }

  /** Take another strategy and forget everything about the last one. */
  choose(slug) {
    this.chooser.value = slug;
    this.strategy = this.data.strategies.find((strategy) => strategy.slug === slug);
    this.node.dataset.family = this.strategy.family;
    this.heading.textContent = this.strategy.family_title;
    this.handedOut.textContent = this.strategy.handed_out;
    this.reset();
  }

  /** Back to before the first step. */
  reset() {
    this.login = new LabLogin(this.strategy, this.data.usersUrl);
    this.results = [];
    this.error = null;
    this.notice = null;
  }

  /** Get ready to go on after an error: by the same login, or from the start if that is lost. */
  recover() {
    if (LOST.has(this.error?.kind)) this.reset();
    this.error = null;
    this.notice = null;
  }

  /** Forget a step and what came after it, to do it again. */
  rewind(index) {
    this.results.length = Math.min(this.results.length, index);
  }

  /** Whether it has steps to do until `target` of them are done. */
  behind(target) {
    return !this.error && this.results.length < target;
  }

  /** Do the next step. An answer to a strategy that is no longer chosen is dropped. */
  async advance() {
    const { login, results } = this;
    try {
      results.push(await login[STEPS[results.length]]());
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

  /** Show one step; `retry` is called when the visitor wants to try a failed one again. */
  show(index, retry) {
    this.body.replaceChildren(...this.view(index, retry));
  }

  view(index, retry) {
    if (this.error) return errorView(this.error, retry);
    if (index < 0) return emptyView(this.strategy);
    const width = Math.floor(this.body.getBoundingClientRect().width);
    const options = { width, notice: this.notice };
    return resultView(STEPS[index], this.results[index], this.strategy, options);
  }
}
