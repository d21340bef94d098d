/** The verdict, the checks and the server's steps as elements. */

import { el } from "../dom.js";
import { microseconds, sentence } from "../format.js";

const STATES = { held: "✓ held", failed: "✕ failed", "not reached": "– not reached" };

/** The verdict as a badge and its reason. */
export function verdictView({ accepted, step, reason }) {
  const badge = el(
    "span",
    { class: `badge badge--${accepted ? "ok" : "bad"}` },
    accepted ? "accepted" : "refused",
  );
  const decided = accepted ? [] : [" Decided by: ", el("strong", {}, step), "."];
  return el("p", { class: "verdict" }, badge, el("span", {}, sentence(reason), ...decided));
}

/** One check and how it went. */
export function checkView({ title, asks, state, reason }) {
  return el(
    "li",
    { class: "check", "data-state": state },
    el("span", { class: "check__title" }, title),
    el("span", { class: "check__asks" }, asks),
    el("span", { class: "check__state" }, STATES[state]),
    reason ? el("span", { class: "check__reason" }, sentence(reason)) : null,
  );
}

/** One thing the server did, with its time. */
export function stepView({ name, duration_us: duration }) {
  return el("li", {}, name, " ", el("span", {}, microseconds(duration)));
}
