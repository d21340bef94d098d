/** The six pairs of the story: which were played, how they were guessed, and which comes next. */

import { REPLAY } from "./steps.js";

/** A pair of slugs as one word. */
function nameOf(pair) {
  return pair.join("|");
}

export class Story {
  /**
   * @param {{left: string, right: string, news: string, about: string, conclusion: string}[]} pairs in order
   * @param {Record<string, boolean[]>} played by the pair's name: which guesses were right
   */
  constructor(pairs, played = {}) {
    Object.assign(this, { pairs, played });
  }

  /** The pair of these lanes, if it is one of the story: `{index, news, about, conclusion}`. */
  find(lanes) {
    const wanted = nameOf(lanes.map(({ strategy }) => strategy.slug));
    const index = this.pairs.findIndex(({ left, right }) => nameOf([left, right]) === wanted);
    return index < 0 ? null : { index, ...this.pairs[index] };
  }

  /** Keep how a pair was guessed the first time; a second look teaches, and counts for nothing. */
  keep(lanes) {
    this.played[nameOf(lanes.map(({ strategy }) => strategy.slug))] ??= lanes.map(guessedRight);
  }

  /** The first pair of the story that was not played yet; none after the last. */
  next() {
    return this.pairs.find(({ left, right }) => !(nameOf([left, right]) in this.played)) ?? null;
  }

  /** Of all guesses, how many were right: `{right, total}`. */
  score() {
    const guesses = Object.values(this.played).flat();
    return { right: guesses.filter(Boolean).length, total: guesses.length };
  }
}

/** Whether the visitor said what the thief would get. */
export function guessedRight({ guess, results }) {
  return guess === results[REPLAY].verdict.accepted;
}
