/** A lesson for one who is alone: one step at a time, an answer before what was measured. */

import { el } from "./dom.js";
import { fitFrames } from "./frames.js";
import { Kept } from "./lesson/kept.js";

const END = "end";

/** A question, a run and what was measured; each part opens when the one before it is done. */
class Step {
  constructor(node, kept, { changed, next }) {
    Object.assign(this, { node, kept, changed });
    this.slug = node.dataset.step;
    this.right = Number(node.dataset.right);
    for (const name of ["ask", "title", "commit", "run", "look", "reveal", "verdict", "next"]) {
      this[name] = node.querySelector(`[data-${name}]`);
    }
    this.options = [...node.querySelectorAll("input")];
    for (const button of node.querySelectorAll("button")) button.hidden = false;
    for (const summary of node.querySelectorAll(".lesson-part > summary")) summary.hidden = true;
    this.ask.addEventListener("submit", (event) => this.give(event));
    this.look?.addEventListener("click", () => this.see());
    this.next.addEventListener("click", next);
    this.show();
  }

  get answer() {
    return this.kept.answer(this.slug);
  }

  get isRight() {
    return this.answer === this.right;
  }

  get isDone() {
    return this.kept.hasSeen(this.slug);
  }

  give(event) {
    event.preventDefault();
    this.kept.give(this.slug, this.options.findIndex(({ checked }) => checked));
    if (!this.run) return this.see();
    this.show();
    this.run.querySelector("[data-try]").focus();
  }

  see() {
    this.kept.see(this.slug);
    this.show();
    this.verdict.focus();
    this.changed();
  }

  show() {
    const given = this.answer !== undefined;
    this.options.forEach((option, place) => {
      option.disabled = given;
      option.checked = place === this.answer;
    });
    this.commit.hidden = given;
    if (this.run) this.open(this.run, given);
    if (this.look) this.look.hidden = this.isDone;
    this.open(this.reveal, given && this.isDone);
    if (given) this.judge();
  }

  open(part, isOpen) {
    part.hidden = !isOpen;
    part.open = isOpen;
  }

  judge() {
    this.verdict.hidden = false;
    this.verdict.textContent = this.isRight ? "✓ You were right." : "✗ It came out otherwise.";
    for (const one of this.node.querySelectorAll("[data-answer]")) {
      one.querySelector("[data-own]").hidden = Number(one.dataset.answer) !== this.answer;
    }
  }
}

class Lesson {
  constructor(root) {
    this.kept = new Kept(root.dataset.lesson);
    this.aims = root.querySelector("[data-aims]");
    this.end = root.querySelector("[data-end]");
    this.places = [...root.querySelectorAll("[data-place]")];
    const said = { changed: () => this.mark(), next: () => this.go(this.after()) };
    this.steps = [...root.querySelectorAll("[data-step]")].map((node) => new Step(node, this.kept, said));
    root.querySelector("[data-again]").addEventListener("click", () => this.again());
    addEventListener("hashchange", () => this.show({ focus: true }));
    this.mark();
    this.show({ focus: false });
    fitFrames(root);
  }

  /** The step that the address names, else the first that is not done; undefined at the end. */
  asked() {
    const named = location.hash.slice(1);
    return this.steps.find(({ slug }) => slug === named) ?? this.steps.find(({ isDone }) => !isDone);
  }

  /** Where to go when the step on show is done. */
  after() {
    return this.steps[this.steps.indexOf(this.current) + 1]?.slug ?? END;
  }

  go(slug) {
    location.hash = slug;
  }

  show({ focus }) {
    const current = this.asked();
    this.current = current;
    for (const step of this.steps) step.node.hidden = step !== current;
    this.aims.hidden = current !== this.steps[0];
    this.end.hidden = Boolean(current);
    for (const place of this.places) {
      if (place.dataset.place === current?.slug) place.setAttribute("aria-current", "step");
      else place.removeAttribute("aria-current");
    }
    if (!current) this.score();
    if (focus) (current?.title ?? this.end.querySelector("[data-score]")).focus();
  }

  mark() {
    this.steps.forEach((step, number) => {
      const [sign, words] = step.isRight ? [" ✓", " right"] : [" ✗", " wrong"];
      const mark = [el("span", { "aria-hidden": "true" }, sign), el("span", { class: "quiet" }, words)];
      this.places[number].querySelector("[data-mark]").replaceChildren(...(step.isDone ? mark : []));
    });
  }

  score() {
    const right = this.steps.filter(({ isRight }) => isRight).length;
    this.end.querySelector("[data-score]").textContent = `You were right ${right} of ${this.steps.length} times`;
    const words = this.steps.at(-1).isRight ? "Your answer to the exit question was right." : "The exit question came out otherwise: look at it once more.";
    this.end.querySelector("[data-exit-score]").textContent = words;
  }

  again() {
    this.kept.forget();
    for (const step of this.steps) step.show();
    this.mark();
    if (location.hash.slice(1) === this.steps[0].slug) this.show({ focus: true });
    else this.go(this.steps[0].slug);
  }
}

new Lesson(document.querySelector("[data-lesson]"));
