/** The card above the lanes: what just happened, and the one button that goes on. */

import { el } from "../dom.js";

export class Card {
  /** @param {HTMLElement} node holds the explanation that stands there before the first step */
  constructor(node, press) {
    this.node = node;
    this.title = node.querySelector("[data-title]");
    this.words = node.querySelector("[data-words]");
    this.verdicts = node.querySelector("[data-verdicts]");
    this.problem = node.querySelector("[data-problem]");
    this.button = node.querySelector("[data-next]");
    this.link = node.querySelector("[data-end]");
    this.place = node.querySelector("[data-place]");
    this.button.addEventListener("click", press);
    for (const hidden of node.querySelectorAll("[data-live]")) hidden.hidden = false;
    this.link.hidden = true;
  }

  /** @param {{title: string, words: (string|Node)[]}} told */
  tell({ title, words }) {
    const pieces = title.split("log-out").flatMap((piece) => [unbroken(), piece]);
    this.title.replaceChildren(...pieces.slice(1));
    this.words.replaceChildren(...words);
  }

  /** Both verdicts in a line each, where the lanes themselves are out of sight. */
  sum(lanes) {
    this.verdicts.replaceChildren(
      ...lanes.map(({ strategy, results }) => {
        const { accepted } = results.at(-1).verdict;
        const words = accepted ? "▲ thief got in" : "● thief stopped";
        const tone = accepted ? "bad" : "ok";
        return el(
          "li",
          {},
          `${strategy.title}: `,
          el("b", { class: `verdict-word verdict-word--${tone}` }, words),
        );
      }),
    );
  }

  /** What went wrong, in place of nothing. */
  fail(words) {
    this.problem.textContent = words ?? "";
    this.problem.hidden = !words;
  }

  /** What to do next: a button, or at the end a link, or nothing. While it `waits` for something
   *  else to be pressed, it does not look like the next thing to press. */
  offer({ words, url, waits = false }, place) {
    this.button.hidden = Boolean(url) || !words;
    this.link.hidden = !url;
    const control = url ? this.link : this.button;
    control.textContent = words ?? "";
    if (url) control.href = url;
    this.button.toggleAttribute("data-waits", waits);
    this.place.textContent = place;
  }

  /** While the server is asked. */
  busy(words) {
    this.place.textContent = words;
  }

  get control() {
    return this.button.hidden ? this.link : this.button;
  }
}

/** The word, which ends no line at its hyphen. */
function unbroken() {
  return el("span", { class: "try__word" }, "log-out");
}
