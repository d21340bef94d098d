/** The verdict beside the token: what the server decided, at which check, and what had been changed. */

import { el } from "../dom.js";
import { microseconds, sentence } from "../format.js";

const STATES = { held: "✓ held", failed: "✕ failed", "not reached": "– not reached" };
const ASKS_LESS =
  "The way that carries this one tells no more than that. A sample “as on this site” is judged " +
  "check by check.";

export class Panel {
  /** @param {HTMLElement} root the panel as the server rendered it */
  constructor(root) {
    const find = (name) => root.querySelector(`[data-${name}]`);
    Object.assign(this, { verdict: find("verdict"), list: find("checks"), scroll: find("scroll") });
    Object.assign(this, { steps: find("steps"), stepsList: find("steps-list") });
    this.first = this.verdict.firstElementChild;
    this.checks = [...root.querySelectorAll("[data-check]")];
  }

  /** Show what the server answered; `tried` says what the visitor had done to the token. */
  judged({ verdict, findings, steps }, tried) {
    const less = findings.length ? null : el("p", { class: "inspector__less" }, ASKS_LESS);
    this.verdict.replaceChildren(verdictView(verdict), tried ?? "", less ?? "");
    this.mark(findings);
    this.list.hidden = findings.length === 0;
    this.steps.hidden = steps.length === 0;
    this.stepsList.replaceChildren(...steps.map(stepView));
  }

  /** Take the last verdict away: it was about something else. */
  unjudged(words = this.first) {
    if (words.isConnected) return;
    this.verdict.replaceChildren(words);
    this.mark([]);
    this.list.hidden = false;
    this.steps.hidden = true;
  }

  /** Write how each check went, open the one that failed and bring it into sight. */
  mark(findings) {
    this.checks.forEach((check, at) => markCheck(check, findings[at]));
    const failed = this.checks.find((check) => check.dataset.state === "failed");
    // With the check before it in sight, so that one sees where the list goes on.
    this.scroll.scrollTop = failed ? failed.offsetTop - (failed.previousElementSibling?.offsetHeight ?? 0) : 0;
  }

  /** Say something above the verdict. */
  note(words) {
    this.verdict.prepend(el("p", { class: "message" }, words));
  }
}

function markCheck(check, { state = "", reason = "" } = {}) {
  check.dataset.state = state;
  check.querySelector("[data-check-state]").textContent = STATES[state] ?? "";
  check.querySelector(".check__reason")?.remove();
  const details = check.querySelector("details");
  details.open = state === "failed";
  if (reason) details.append(el("p", { class: "check__reason" }, sentence(reason)));
}

function verdictView({ accepted, step, reason }) {
  const badge = el(
    "span",
    { class: `badge badge--${accepted ? "ok" : "bad"}` },
    accepted ? "accepted" : "refused",
  );
  const decided = accepted ? [] : [" Decided by: ", el("strong", {}, step), "."];
  return el("p", { class: "verdict" }, badge, el("span", {}, sentence(reason), ...decided));
}

function stepView({ name, duration_us: duration }) {
  return el("li", {}, name, " ", el("span", {}, microseconds(duration)));
}
