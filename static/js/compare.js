/** The Compare page: two lanes, four steps that act on both at once. */

import { el } from "./dom.js";
import { Lane, STEPS } from "./compare/lane.js";
import { lesson, nextPair } from "./compare/lesson.js";
import { StepBar } from "./compare/steps.js";

const REPLAY = STEPS.length - 1;

class Compare {
  constructor(data) {
    this.data = data;
    this.lanes = [...document.querySelectorAll("[data-side]")].map((node) => new Lane(node, data));
    this.bar = new StepBar(document.querySelector("[data-steps]"), this);
    this.status = document.querySelector("[data-status]");
    this.card = document.querySelector("[data-lesson]");
    this.target = 0;
    this.shown = -1;
    this.running = false;
    this.seen = new Set();
    this.explained = [...this.card.childNodes];
    for (const lane of this.lanes) lane.chooser.addEventListener("change", () => this.chosen());
    this.separate();
    this.render();
  }

  /** A step was pressed: the next one is done, an earlier one is looked at again. */
  press(index) {
    if (this.running || index > this.target) return;
    if (index < this.target) this.look(index);
    else this.run(index + 1);
  }

  look(index) {
    this.shown = index;
    this.render();
    this.status.textContent = this.summary();
  }

  /** Do the step that is shown once more. */
  repeat() {
    if (this.running) return;
    for (const lane of this.lanes) lane.rewind(this.shown);
    this.run(this.shown + 1);
  }

  restart() {
    if (this.running) return;
    for (const lane of this.lanes) lane.reset();
    this.target = 0;
    this.shown = -1;
    this.render();
    this.status.textContent = "Started again. Nobody is logged in.";
  }

  /** Bring both lanes to `target` steps. A lane whose strategy changed catches up, so both stay level. */
  async run(target) {
    this.target = target;
    this.shown = target - 1;
    this.work(true);
    await Promise.all(this.lanes.map((lane) => lane.catchUp(target)));
    this.work(false);
    this.render();
    this.status.textContent = this.summary();
  }

  work(flag) {
    this.running = flag;
    for (const lane of this.lanes) lane.busy(flag && lane.results.length < this.target);
    if (flag) this.bar.busy(this.shown);
  }

  async chosen() {
    const changed = this.lanes.filter((lane) => lane.chooser.value !== lane.strategy.slug);
    for (const lane of changed) lane.choose(lane.chooser.value);
    this.separate();
    history.replaceState(null, "", `?${new URLSearchParams(this.lanes.map(({ side, strategy }) => [side, strategy.slug]))}`);
    this.render();
    if (this.target && !this.running) await this.run(this.target);
  }

  /** Two lanes of one strategy would share one cookie: what one lane has the other cannot choose. */
  separate() {
    const [left, right] = this.lanes;
    for (const [lane, other] of [[left, right], [right, left]]) {
      for (const option of lane.chooser.options) option.disabled = option.value === other.strategy.slug;
    }
  }

  async choose(pair) {
    this.lanes.forEach((lane, index) => { lane.chooser.value = pair[index]; });
    await this.chosen();
    this.card.querySelector("h2").focus();
  }

  get complete() {
    return this.lanes.every((lane) => !lane.error && lane.results.length === this.target);
  }

  render() {
    const retry = () => this.run(this.target);
    for (const lane of this.lanes) lane.show(this.shown, retry);
    this.bar.show({ done: this.complete ? this.target : this.target - 1, shown: this.shown });
    this.card.replaceChildren(...this.lesson());
  }

  lesson() {
    if (this.shown < 0 || !this.complete) return this.explained;
    const { title, body } = lesson(this.shown, this.lanes);
    return [el("h2", { id: "lesson-title", tabindex: "-1" }, title), ...body, this.next()].filter(Boolean);
  }

  next() {
    if (this.shown !== REPLAY) return null;
    this.seen.add(this.lanes.map(({ strategy }) => strategy.slug).join("|"));
    const known = (slug) => this.data.strategies.some((strategy) => strategy.slug === slug);
    const pair = nextPair(this.lanes, this.seen, known);
    return pair ? this.tryButton(pair) : this.labLink();
  }

  tryButton(pair) {
    const wanted = pair.filter((slug, index) => slug !== this.lanes[index].strategy.slug);
    const titles = wanted.map((slug) => `“${this.data.strategies.find((strategy) => strategy.slug === slug).title}”`);
    const button = el("button", { type: "button", class: "button button--primary" }, `Try ${titles.join(" beside ")}`);
    button.addEventListener("click", () => this.choose(pair));
    return el("p", { class: "lesson__next" }, button);
  }

  labLink() {
    const link = this.data.labUrl && el("a", { class: "button", href: this.data.labUrl }, "See every strategy against every event");
    return link && el("p", { class: "lesson__next" }, link);
  }

  summary() {
    return this.lanes.map(({ strategy, results, error }) => {
      if (error) return `${strategy.title}: ${error.message}`;
      const { status, verdict } = results[this.shown];
      return `${strategy.title}: ${status} ${verdict.accepted ? "accepted" : "refused"}. ${verdict.reason}`;
    }).join(" ");
  }
}

new Compare(JSON.parse(document.getElementById("compare-data").textContent));
