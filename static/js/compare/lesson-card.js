/** The card below the lanes: the lesson of the step on show, and what to try next. */

import { el } from "../dom.js";
import { STEPS } from "./lane.js";
import { lesson, nextPair, pairName } from "./lesson.js";

const REPLAY = STEPS.length - 1;

export class LessonCard {
  /**
   * @param {HTMLElement} node holds the explanation that stands there before the first step
   * @param {{strategies: object[], labUrl: string?}} data of the page
   * @param {(pair: string[]) => void} choose takes the pair of slugs that the visitor wants to try
   */
  constructor(node, data, choose) {
    Object.assign(this, { node, data, choose });
    this.explanation = [...node.childNodes];
    this.replayed = new Set();
  }

  /** What is about to happen. */
  explain() {
    this.node.replaceChildren(...this.explanation);
  }

  /** What the two lanes, both done with `step`, have taught. */
  teach(step, lanes) {
    const { title, words } = lesson(step, lanes);
    const heading = el("h2", { id: "lesson-title" }, title);
    const next = step === REPLAY ? this.next(lanes) : null;
    const parts = [
      heading,
      el("p", {}, ...words),
      next && el("p", { class: "lesson__next" }, next),
    ];
    this.node.replaceChildren(...parts.filter(Boolean));
  }

  next(lanes) {
    this.replayed.add(pairName(lanes.map(({ strategy }) => strategy.slug)));
    const pair = nextPair(lanes, this.replayed, (slug) => this.find(slug) !== undefined);
    return pair ? this.button(pair, lanes) : this.labLink();
  }

  button(pair, lanes) {
    const changed = pair.filter((slug, index) => slug !== lanes[index].strategy.slug);
    const titles = changed.map((slug) => `“${this.find(slug).title}”`);
    const button = el(
      "button",
      { type: "button", class: "button" },
      `Try ${titles.join(" beside ")}`,
    );
    button.addEventListener("click", () => this.choose(pair));
    return button;
  }

  /** Every pair was seen. */
  labLink() {
    const href = this.data.labUrl;
    return href
      ? el("a", { class: "button", href }, "See every strategy against every event")
      : null;
  }

  find(wanted) {
    return this.data.strategies.find(({ slug }) => slug === wanted);
  }
}
