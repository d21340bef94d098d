/** A link that shows a finished pair to somebody else: the lab plays it once more and keeps it. */

import { el } from "../dom.js";

/** Stands in an address where the id of a run belongs. */
const NO_RUN = "00000000-0000-0000-0000-000000000000";
const WORDS = "Make a link to this result";

export class Keepsake {
  /** @param {HTMLElement} node an empty place @param {{runsUrl: string, triedUrl: string}} data */
  constructor(node, data) {
    Object.assign(this, { node, data });
  }

  /** Offer it for a pair of slugs, or for none. */
  offer(pair) {
    const button = el("button", { type: "button", class: "link" }, WORDS);
    button.addEventListener("click", () => this.make(pair, button));
    this.node.replaceChildren(...(pair ? [button] : []));
  }

  async make(pair, button) {
    button.disabled = true;
    button.textContent = "Playing it once more in the lab …";
    try {
      const ids = await this.played(pair);
      const href = ids.reduce((url, id) => url.replace(NO_RUN, id), this.data.triedUrl);
      const link = el("a", { href }, "Link to this result");
      this.node.replaceChildren(link, ", kept for 30 days");
      link.focus();
    } catch (error) {
      this.node.replaceChildren(button, ` ${error.message}`);
      button.disabled = false;
      button.textContent = WORDS;
    }
  }

  /** The ids of the two runs, in the order of the pair. */
  async played(pair) {
    const { play } = await import("../lab/runner.js");
    const ids = {};
    const options = { signal: new AbortController().signal, queued: () => {} };
    const chosen = { strategies: pair, events: ["log-out"] };
    for await (const run of play(this.data.runsUrl, chosen, options)) ids[run.strategy] = run.id;
    return pair.map((slug) => ids[slug]);
  }
}
