/** The first page: two lanes, four steps that act on both at once, six pairs. */

import { sentence } from "./format.js";
import { isEmbedded, keepInLesson, staying } from "./embedded.js";
import { linked } from "./glossary.js";
import { Card } from "./compare/card.js";
import { Lane } from "./compare/lane.js";
import {
  figuresOf, keep, LOGIN, LOGOUT, Progress, recall, REPLAY, REQUEST, STEPS, Story,
} from "./compare/story.js";

const DOING = {
  [LOGIN]: "Logging in …",
  [LOGOUT]: "Logging out …",
  [REPLAY]: "The thief tries …",
};
const START = "Start: log in to both";
const NEXT = {
  [LOGOUT]: "Next: log out",
  [REPLAY]: "Let the thief try",
};
/** What helps where asking once more does not. */
const WAYS_ON = {
  forbidden: "Reload the page",
  refused: "Log in again",
  elsewhere: "Log in again",
};

class TryIt {
  constructor(data) {
    this.data = data;
    this.lanes = [...document.querySelectorAll("[data-side]")].map((node) => new Lane(node, data));
    this.progress = new Progress(document.querySelector("[data-steps]"));
    this.card = new Card(document.querySelector("[data-card]"), () => this.press());
    this.again = document.querySelector("[data-again]");
    this.status = document.querySelector("[data-status]");
    this.target = 0;
    this.running = false;
    for (const lane of this.lanes) lane.chooser.addEventListener("change", () => this.chosen());
    this.again.addEventListener("click", () => this.restart());
    if (!isEmbedded) document.addEventListener("keydown", (event) => this.key(event));
    for (const sign of ["pointerenter", "focusin"]) {
      this.card.node.addEventListener(sign, () => this.load(), { once: true });
    }
  }

  /** Show the page, as it was left if it was. */
  async open() {
    this.recall();
    if (this.lanes.some(({ results }) => results.length)) await this.load();
    this.separate();
    this.render();
  }

  /** Load what the first step needs: when it begins, or a moment before. */
  async load() {
    this.playing ??= await import("./compare/play.js");
    this.keepsake ??= new this.playing.Keepsake(document.querySelector("[data-keepsake]"), this.data);
  }

  /** Without what a step needs, no lane can go on: all there is to do is to load the page anew. */
  async ready() {
    try {
      await this.load();
    } catch {
      const error = { kind: "forbidden", message: "The rest of this page could not be loaded." };
      for (const lane of this.lanes) lane.failed(error);
    }
  }

  /** Go on where the page was left, if it is about the same pair. */
  recall() {
    // A lesson has asked already and goes its own way: each run in it begins anew and is no story.
    const { pair, lanes, played: before } = isEmbedded ? {} : recall();
    this.story = new Story(this.data.story, before);
    if (String(pair) !== String(this.pair)) return;
    this.lanes.forEach((lane, at) => lane.restore(lanes[at]));
    this.target = this.done;
  }

  keep() {
    if (isEmbedded) return;
    const lanes = this.lanes.map((lane) => lane.kept());
    keep({ pair: this.pair, lanes, played: this.story.played });
  }

  get pair() {
    return this.lanes.map(({ strategy }) => strategy.slug);
  }

  /** How many steps both lanes have done. */
  get done() {
    return Math.min(...this.lanes.map(({ results }) => results.length));
  }

  /** The lanes in which the visitor has still to guess. */
  get unguessed() {
    return this.lanes.filter((lane) => lane.asks);
  }

  /** Enter and space press the button from anywhere that has no use for them itself. */
  key(event) {
    const isFree = [document.body, document.querySelector("main")].includes(document.activeElement);
    if (!isFree || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    this.card.control.focus();
    this.card.control.click();
  }

  /** The button: whatever comes next. */
  async press() {
    if (this.running) return;
    const failed = this.lanes.find(({ error }) => error);
    if (failed?.error.kind === "forbidden") location.reload();
    else if (failed) await this.run(this.target);
    else if (this.done === STEPS.length) await this.take(this.story.next());
    else if (this.unguessed.length) this.askNext();
    else await this.run(this.done + 1);
  }

  /** Lead to the next question, or back to the button. */
  askNext() {
    const node = this.question?.querySelector("button") ?? this.card.button;
    node.focus();
  }

  /** The first question that is not answered yet, if there is one. */
  get question() {
    return this.unguessed[0]?.node.querySelector("[data-question]");
  }

  guess(lane, value) {
    lane.guess = value;
    this.render();
    this.askNext();
  }

  /** Play a pair of the story. */
  async take({ left, right }) {
    this.lanes.forEach((lane, at) => lane.choose([left, right][at]));
    this.separate();
    this.remember();
    await this.run(1);
  }

  /** Back to before the first step of this pair. */
  restart() {
    if (this.running) return;
    for (const lane of this.lanes) lane.choose(lane.strategy.slug);
    this.target = 0;
    this.render();
    this.status.textContent = "Started again. Nobody is logged in.";
    this.card.button.focus();
  }

  /** Bring both lanes to `target` steps; one whose strategy changed catches up. */
  async run(target) {
    this.target = target;
    for (const lane of this.lanes) lane.recover();
    this.work(true);
    await this.ready();
    await this.level();
    this.work(false);
    if (this.done === STEPS.length && this.story.find(this.lanes)) this.story.keep(this.lanes);
    if (this.done > REQUEST) keepInLesson({ lanes: this.lanes.map(figuresOf) });
    this.render();
    this.status.textContent = this.summary();
    this.card.node.scrollIntoView({ block: "nearest" });
    this.question?.scrollIntoView({ block: "nearest" });
  }

  async level() {
    for (let late = this.late(); late.length; late = this.late()) {
      const step = Math.min(...late.map(({ results }) => results.length));
      const lanes = late.filter(({ results }) => results.length === step);
      this.card.busy(DOING[step] ?? "");
      if (step === LOGIN) await this.logIn(lanes);
      else if (step === REQUEST) await this.sendMany(lanes);
      else for (const lane of lanes) await lane.advance();
    }
  }

  /** The lanes with something to do; the thief waits for the visitor's guess. */
  late() {
    return this.lanes.filter((lane) => lane.behind(this.target) && !lane.asks);
  }

  /** One request for all of them. */
  async logIn(lanes) {
    const strategies = lanes.map(({ strategy }) => strategy);
    try {
      const logins = await this.playing.begin(strategies, this.data);
      lanes.forEach((lane, at) => lane.strategy === strategies[at] && lane.begin(logins[at]));
    } catch (error) {
      for (const lane of lanes) lane.failed(error);
    }
  }

  /** In turns, so that noise hits both alike, and one at a time: none waits for another. */
  async sendMany(lanes) {
    const { requests } = this.data;
    for (let number = 1; number <= requests; number += 1) {
      this.card.busy(`Request ${number} of ${requests} …`);
      for (const lane of lanes) if (waits(lane)) await lane.sample();
    }
  }

  /** Show that something is under way, or no longer. */
  work(flag) {
    this.running = flag;
    for (const lane of this.lanes) lane.busy(flag && lane.behind(this.target));
    this.card.button.setAttribute("aria-disabled", String(flag));
    if (flag) this.card.fail(null);
  }

  /** A chooser was changed: keep the address in step and let the changed lane catch up. */
  async chosen() {
    const changed = this.lanes.filter((lane) => lane.chooser.value !== lane.strategy.slug);
    for (const lane of changed) lane.choose(lane.chooser.value);
    this.separate();
    this.remember();
    if (this.running) return;
    if (this.target) await this.run(this.target);
    else this.render();
  }

  remember() {
    const choice = new URLSearchParams(this.lanes.map((lane) => [lane.side, lane.strategy.slug]));
    history.replaceState(null, "", staying(`?${choice}`));
  }

  /** What one lane has the other cannot choose: both would share one cookie. */
  separate() {
    for (const { chooser, strategy } of this.lanes) {
      const others = this.lanes.filter((lane) => lane.strategy !== strategy);
      const taken = others.map((lane) => lane.strategy.slug);
      for (const option of chooser.options) option.disabled = taken.includes(option.value);
    }
  }

  render() {
    const { done } = this;
    for (const lane of this.lanes) this.show(lane);
    this.progress.show(done);
    this.again.hidden = done === 0;
    const failed = this.lanes.find(({ error }) => error);
    this.card.fail(failed && `${failed.strategy.title}: ${failed.error.message}`);
    this.card.tell(done ? this.lesson(done) : this.introduction());
    this.card.sum(done === STEPS.length ? this.lanes : []);
    this.keepsake?.offer(done === STEPS.length && !isEmbedded ? this.pair : null);
    this.card.offer(this.next(), this.place());
    this.keep();
  }

  show(lane) {
    if (!lane.results.length) return lane.show();
    const guessed = (value) => this.guess(lane, value);
    lane.body.replaceChildren(...this.playing.laneView(lane, guessed));
  }

  /** What the button does. */
  next() {
    const { done } = this;
    const failed = this.lanes.find(({ error }) => error);
    if (failed) return { words: WAYS_ON[failed.error.kind] ?? "Try again" };
    if (done === STEPS.length && isEmbedded) return {};
    if (done === STEPS.length) {
      const pair = this.story.next();
      return pair ? { words: `Next: ${pair.news}` } : this.data.end;
    }
    if (this.unguessed.length === 2) return { words: "Guess first, in both lanes", waits: true };
    if (this.unguessed.length) return { words: "Guess in the other lane, too", waits: true };
    if (done === REQUEST) return { words: `Next: send ${this.data.requests} requests` };
    return { words: NEXT[done] ?? START };
  }

  lesson(done) {
    return this.playing.lesson(done, this.lanes, { ...this.data, pair: this.story.find(this.lanes) });
  }

  introduction() {
    const [left, right] = this.lanes.map(({ strategy }) => strategy.title);
    const pair = this.story.find(this.lanes);
    return {
      title: `${left} or ${right}: whose log-out stops the thief?`,
      words: [...linked(pair?.about ?? "A pair of your own choice."), " Each side gets a user of its own, who is made for this and deleted within the hour."],
    };
  }

  /** Where this pair stands in the story, and the score at its end. */
  place() {
    if (isEmbedded) return "";
    const { pairs } = this.story;
    const { right, total } = this.story.score();
    if (!this.story.next()) return `All ${pairs.length} pairs played: ${right} of ${total} guesses were right.`;
    const found = this.story.find(this.lanes);
    return found ? `pair ${found.index + 1} of ${pairs.length} · then: the answer` : "a pair of your own";
  }

  /** What a screen reader is told. */
  summary() {
    return this.lanes
      .filter(({ results, error }) => results.length || error)
      .map(({ strategy, results, error, notice }) => {
        if (error) return `${strategy.title}: ${error.message}`;
        const { status, verdict } = results.at(-1);
        const outcome = verdict.accepted ? "accepted" : "refused";
        const news = notice ? `${notice} ` : "";
        return `${strategy.title}: ${news}${status} ${outcome}. ${sentence(verdict.reason)}`;
      })
      .join(" ");
  }
}

/** Whether a lane is still to send requests. */
function waits({ results, error, login }) {
  return login && !error && results.length === REQUEST;
}

await new TryIt(JSON.parse(document.getElementById("compare-data").textContent)).open();
