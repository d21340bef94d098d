/** The answers that were given to a lesson: kept in this browser, known to no server. */

const EMPTY = { answers: {}, seen: [] };

export class Kept {
  constructor(slug) {
    this.key = `lesson-${slug}`;
    this.state = this.load();
  }

  load() {
    try {
      const found = JSON.parse(localStorage.getItem(this.key));
      if (found?.answers && Array.isArray(found.seen)) return found;
    } catch {
      // Storage can be forbidden, or hold what somebody else wrote.
    }
    return structuredClone(EMPTY);
  }

  save() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.state));
    } catch {
      // Then the answers last for this page.
    }
  }

  /** The place of the answer to a step; undefined before one is given. */
  answer(step) {
    return this.state.answers[step];
  }

  give(step, place) {
    this.state.answers[step] = place;
    this.save();
  }

  /** Whether it was seen what was measured for a step. */
  hasSeen(step) {
    return this.state.seen.includes(step);
  }

  see(step) {
    if (!this.hasSeen(step)) this.state.seen.push(step);
    this.save();
  }

  forget() {
    this.state = structuredClone(EMPTY);
    this.save();
  }
}
