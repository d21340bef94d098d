/** The four steps and the six pairs: how far a visitor has come, and what a reload leaves of it. */

export const STEPS = ["login", "request", "logout", "replay"];
export const [LOGIN, REQUEST, LOGOUT, REPLAY] = STEPS.keys();
const KEY = "try-it";

/** A pair of slugs as one word. */
function nameOf(pair) {
  return pair.join("|");
}

/** The pairs: which were played, how they were guessed, and which comes next. */
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

  /**
   * Keep how a pair was guessed the first time; a second look teaches, and counts for nothing, and
   * neither does a story that was over before the log-out.
   */
  keep(lanes) {
    if (lanes.some((lane) => refusedBrowser(lane))) return;
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

/** The answer that refused a lane's own browser, up to this step: the story ends there. */
export function refusedBrowser({ results }, step = LOGOUT) {
  return results.slice(0, Math.min(step, LOGOUT) + 1).find(({ verdict }) => !verdict.accepted);
}

/** Whether the visitor said what the thief would get. */
export function guessedRight({ guess, results }) {
  return guess === results[REPLAY].verdict.accepted;
}

/** What a lesson keeps of a lane: numbers alone, as the page shows them. */
export function figuresOf({ strategy, results }) {
  const request = results[REQUEST];
  const { verdict } = results[REPLAY] ?? {};
  return {
    strategy: strategy.slug,
    queries: request.trace.tally.sql,
    bytes: request.trace.credential.bytes ?? 0,
    samples: request.samples.map(Math.round),
    thief: verdict ? verdict.accepted : null,
  };
}

/** How far the four steps have come. */
export class Progress {
  /** @param {HTMLElement} node holds an item for each step */
  constructor(node) {
    this.items = [...node.querySelectorAll("[data-step]")];
  }

  /** @param {number} done how many steps both lanes have done */
  show(done) {
    this.items.forEach((item, index) => {
      item.dataset.state = stateOf(index, done);
      item.querySelector("[data-done]").hidden = index >= done;
      if (index === done) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
  }
}

function stateOf(index, done) {
  if (index < done) return "done";
  return index === done ? "next" : "later";
}

/** What was kept in this tab, or nothing where a browser keeps nothing. No credential is in it. */
export function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** @param {{pair: string[], lanes: object[], played: object}} state */
export function keep(state) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // A browser that keeps nothing only loses the state with a reload.
  }
}
