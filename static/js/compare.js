/** The Compare page: two lanes, four steps that act on both at once. */

import { sentence } from "./format.js";
import { Lane } from "./compare/lane.js";
import { LessonCard } from "./compare/lesson-card.js";
import { StepBar } from "./compare/steps.js";

class Compare {
  constructor(data) {
    this.lanes = [...document.querySelectorAll("[data-side]")].map((node) => new Lane(node, data));
    this.bar = new StepBar(document.querySelector("[data-steps]"), this);
    this.status = document.querySelector("[data-status]");
    this.card = new LessonCard(document.querySelector("[data-lesson]"), data, (pair) =>
      this.choose(pair),
    );
    this.target = 0;
    this.shown = -1;
    this.running = false;
    for (const lane of this.lanes) lane.chooser.addEventListener("change", () => this.chosen());
    this.separate();
    this.render();
  }

  /** A step was pressed: the next one is done, an earlier one is looked at again. */
  press(index) {
    if (this.running || index > this.done) return;
    if (index < this.done) this.look(index);
    else this.run(index + 1);
  }

  /** Show a step that is done. */
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

  /** Once more what got no answer. */
  async retry() {
    const failed = this.lanes.find((lane) => lane.error);
    await this.run(this.target);
    failed.heading.focus();
  }

  /** Back to before the first step. */
  restart() {
    if (this.running) return;
    for (const lane of this.lanes) lane.reset();
    this.target = 0;
    this.shown = -1;
    this.render();
    this.status.textContent = "Started again. Nobody is logged in.";
  }

  /** Bring both lanes to `target` steps; one whose strategy changed catches up. */
  async run(target) {
    this.target = target;
    this.shown = target - 1;
    for (const lane of this.lanes) lane.recover();
    this.work(true);
    await this.level();
    this.work(false);
    this.render();
    this.status.textContent = this.summary();
  }

  /** One request at a time: at once, each would be measured while it waits for the other. */
  async level() {
    const next = () => this.lanes.find((lane) => lane.behind(this.target));
    for (let lane = next(); lane; lane = next()) await lane.advance();
  }

  /** Show that something is under way, or no longer. */
  work(flag) {
    this.running = flag;
    for (const lane of this.lanes) lane.busy(flag && lane.behind(this.target));
    if (flag) this.bar.busy(this.shown);
  }

  /** A chooser was changed: keep the address in step and let the changed lane catch up. */
  async chosen() {
    const changed = this.lanes.filter((lane) => lane.chooser.value !== lane.strategy.slug);
    for (const lane of changed) lane.choose(lane.chooser.value);
    this.separate();
    const choice = new URLSearchParams(this.lanes.map((lane) => [lane.side, lane.strategy.slug]));
    history.replaceState(null, "", `?${choice}`);
    if (this.running) return;
    if (this.target) await this.run(this.target);
    else this.render();
  }

  /** What one lane has the other cannot choose: both would share one cookie. */
  separate() {
    for (const { chooser, strategy } of this.lanes) {
      const others = this.lanes.filter((lane) => lane.strategy !== strategy);
      const taken = others.map((lane) => lane.strategy.slug);
      for (const option of chooser.options) option.disabled = taken.includes(option.value);
    }
  }

  /** Take the pair that the lesson proposed, and look at what changed. */
  async choose(pair) {
    const changed = this.lanes.find(({ strategy }, index) => strategy.slug !== pair[index]);
    this.lanes.forEach(({ chooser }, index) => {
      chooser.value = pair[index];
    });
    await this.chosen();
    changed.heading.focus();
  }

  /** How many steps both lanes have done. */
  get done() {
    return Math.min(...this.lanes.map(({ results }) => results.length));
  }

  render() {
    const retry = () => this.retry();
    for (const lane of this.lanes) lane.show(this.shown, retry);
    this.bar.show({ done: this.done, shown: this.shown });
    if (this.shown >= 0 && this.shown < this.done) this.card.teach(this.shown, this.lanes);
    else this.card.explain();
  }

  /** What a screen reader is told. */
  summary() {
    return this.lanes
      .map(({ strategy, results, error, notice }) => {
        if (error) return `${strategy.title}: ${error.message}`;
        const { status, verdict } = results[this.shown];
        const outcome = verdict.accepted ? "accepted" : "refused";
        const news = notice ? `${notice} ` : "";
        return `${strategy.title}: ${news}${status} ${outcome}. ${sentence(verdict.reason)}`;
      })
      .join(" ");
  }
}

new Compare(JSON.parse(document.getElementById("compare-data").textContent));
