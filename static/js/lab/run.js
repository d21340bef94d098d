/** One press of a button: plays some cells, fills them in as they finish, and can be stopped. */

import { showCell, showWaiting } from "./cell.js";
import { chosenFrom, play } from "./runner.js";

export class Run {
  /** @param {Bar} bar that shows the progress @param {string} url of the API */
  constructor(bar, url) {
    Object.assign(this, { bar, url, controller: null });
    bar.stop.addEventListener("click", () => this.stop());
    addEventListener("pagehide", () => this.stop());
  }

  get active() {
    return this.controller !== null;
  }

  stop() {
    this.controller?.abort();
  }

  /**
   * Play the cells, which are all pairs of some strategies and some events.
   *
   * @param {HTMLElement[]} cells
   * @param {Function} each called with a cell and its answer
   */
  async start(cells, each) {
    this.controller = new AbortController();
    this.bar.begin(cells.length);
    cells.forEach((cell) => showWaiting(cell, true));
    const answers = [];
    const { signal } = this.controller;
    const queued = (place) => this.bar.queued(place);
    try {
      for await (const answer of play(this.url, chosenFrom(cells), { signal, queued })) {
        answers.push(answer);
        const cell = cells.find(isOf(answer));
        showCell(cell, answer);
        each(cell, answer);
        this.bar.count(answers.length);
      }
    } catch (error) {
      this.bar.fail(error);
    }
    cells.forEach((cell) => showWaiting(cell, false));
    this.controller = null;
    this.bar.end(answers.length, answers.at(-1));
  }
}

function isOf({ strategy, event }) {
  return ({ dataset }) => dataset.strategy === strategy && dataset.event === event;
}
