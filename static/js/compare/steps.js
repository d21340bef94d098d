/** The bar of steps: done ones can be looked at again, the next one can be done. */

import { el } from "../dom.js";

const DOING = ["Logging in", "Sending a request", "Logging out", "Replaying the copy"];
const AGAIN = { 1: "Send it again", 3: "Replay again" };
const LOGOUT = 2;

export class StepBar {
  /** @param {HTMLElement} node @param {{press, repeat, restart}} page */
  constructor(node, page) {
    this.buttons = [...node.querySelectorAll("[data-step]")];
    this.again = node.querySelector("[data-again]");
    this.restart = node.querySelector("[data-restart]");
    this.hint = node.querySelector("[data-hint]");
    node.querySelector("[data-more]").hidden = false;
    this.buttons.forEach((button, index) =>
      button.addEventListener("click", () => page.press(index)),
    );
    this.again.addEventListener("click", () => page.repeat());
    this.restart.addEventListener("click", () => {
      page.restart();
      this.buttons[0].focus();
    });
  }

  /** @param {{done: number, shown: number}} state `shown` is -1 before the first step */
  show({ done, shown }) {
    this.buttons.forEach((button, index) => {
      button.disabled = index > done;
      button.dataset.state = stateOf(index, done);
      button.querySelector("[data-done]").hidden = index >= done;
      if (index === shown) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    this.again.hidden = !repeatable(done, shown);
    this.again.textContent = AGAIN[shown] ?? "";
    this.restart.hidden = shown < 0;
    this.hint.replaceChildren(...this.advice(done, shown));
  }

  /** While a step is under way. */
  busy(index) {
    this.hint.textContent = `${DOING[index]} …`;
  }

  advice(done, shown) {
    const next = this.buttons[done]?.dataset.step;
    if (!next) return ["All four steps are done. Choose another strategy: its lane catches up."];
    const reach = shown < 0 ? ". Both lanes act at once." : "";
    return ["Next: ", el("strong", {}, `${done + 1} ${next}`), reach];
  }
}

/** Not a request after the log-out: by then the browser has let go of its credential. */
function repeatable(done, shown) {
  return shown in AGAIN && done > shown && (shown > LOGOUT || done <= LOGOUT);
}

function stateOf(index, done) {
  if (index < done) return "done";
  return index === done ? "next" : "later";
}
