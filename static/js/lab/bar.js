/** The bar above the matrix: the button, the progress, and when, where and how long. */

import { el } from "../dom.js";
import { count } from "../format.js";
import { when } from "../when.js";

export class Bar {
  constructor(node) {
    const find = (name) => node.querySelector(`[data-${name}]`);
    this.start = find("run-all");
    this.words = find("run-all-words");
    this.stop = find("stop");
    this.progress = find("progress");
    this.line = find("state-line");
    this.status = find("status");
    this.problem = find("problem");
    this.start.hidden = false;
  }

  /** What the button would play: all cells, or those on show. */
  offer(number, all) {
    this.words.textContent = number === all ? `Run all ${all}` : `Run these ${number}`;
  }

  /** A run of so many cells begins. */
  begin(total) {
    this.before = [[...this.line.childNodes], this.progress.max, this.progress.value];
    this.begun = performance.now();
    this.total = total;
    this.problem.hidden = true;
    this.progress.hidden = false;
    this.swap(this.stop, this.start);
    this.status.textContent = `Playing ${count(total, "cell")}.`;
    this.count(0);
  }

  /** Others play first; the clock starts when the waiting is over. */
  queued(place) {
    const words = `Number ${place} in the line. It begins by itself.`;
    if (this.line.textContent !== words) this.status.textContent = words;
    this.line.textContent = words;
    this.progress.removeAttribute("value");
    this.begun = performance.now();
  }

  count(done) {
    this.progress.max = this.total;
    this.progress.value = done;
    this.line.textContent = `${this.played(done)} · ${this.seconds()}`;
  }

  /** The run is over; `last` is its last answer, if there was any. */
  end(done, last) {
    this.swap(this.start, this.stop);
    const stopped = done < this.total;
    this.status.textContent = `${stopped ? "Stopped" : "Done"}: ${done} of ${this.total} played in ${this.seconds()}.`;
    if (!last) return this.restore();
    const time = el("time", { datetime: last.created }, when(last.created));
    this.line.replaceChildren(
      `${stopped ? "Stopped: " : ""}${this.played(done)} · ${this.seconds()} · ${last.database} · `,
      time,
    );
  }

  /** One cell is not counted: `1 of 1` would be read as of the whole matrix. */
  played(done) {
    if (this.total > 1) return `${done} of ${this.total} played`;
    return done ? "This one was played" : "Playing this one";
  }

  /** Nothing was played: what the cells on show say was measured before. */
  restore() {
    const [line, max, value] = this.before;
    this.line.replaceChildren(...line);
    Object.assign(this.progress, { max, value });
  }

  /** Say what ended the run, and what to do. */
  fail(error) {
    this.problem.textContent = error.message;
    this.problem.hidden = false;
  }

  seconds() {
    return `${((performance.now() - this.begun) / 1000).toFixed(1)} s`;
  }

  /** One button in place of the other, with the focus if that had it. */
  swap(shown, hidden) {
    const focused = document.activeElement === hidden;
    shown.hidden = false;
    hidden.hidden = true;
    if (focused) shown.focus();
  }
}
