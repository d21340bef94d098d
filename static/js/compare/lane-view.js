/** What a lane shows after a step: verdict, diagram, tally, and who holds what. */

import { countDown } from "../countdown.js";
import { sequenceFigure } from "../diagram.js";
import { el } from "../dom.js";
import { bytes, sentence } from "../format.js";
import { holdsView } from "./holds.js";
import { tallyView } from "./tally.js";

const CARRIED = { session: "cookie", jwt: "token", opaque: "token" };

/** Everything about one answer. */
export function resultView(step, result, strategy) {
  const thief = step === "replay";
  return [
    verdictView(step, result, strategy),
    result.trace ? sequenceFigure(result.trace, strategy.family, { sender: thief ? "Thief" : "Browser", answer: answer(result) }) : null,
    result.trace ? tallyView(result.trace) : null,
    holdsView(result.holds, thief ? "The thief holds" : "The browser holds"),
  ].filter(Boolean);
}

/** Before the first step. */
export function emptyView({ summary }) {
  return [
    el("div", { class: "lane__empty" }, el("p", {}, summary)),
  ];
}

export function waitingView() {
  return [el("div", { class: "lane__empty" }, el("p", {}, "Asking the server …"))];
}

/** A step without an answer: what happened and a way on. */
export function errorView(error, retry) {
  const again = el("button", { type: "button", class: "button" }, "Try again");
  again.addEventListener("click", retry);
  return [
    el("div", { class: "lane__error", role: "alert" }, el("h3", {}, TITLES[error.kind] ?? "That did not work"), el("p", {}, error.message), again),
  ];
}

const TITLES = { offline: "No answer", throttled: "Slow down", forbidden: "This page is too old", server: "The server failed" };

function verdictView(step, { status, verdict, holds }, { family }) {
  const outcome = verdict.accepted ? "accepted" : "refused";
  const badge = el("p", { class: `badge badge--${verdict.accepted ? "ok" : "bad"}` }, `${status} ${outcome}`);
  const words = el("p", { class: "lane__reason" }, `${sentence(verdict.reason)} `, decided(verdict));
  if (step === "replay" && verdict.accepted && holds.browser.expires) words.append(stillGood(holds.browser.expires));
  const theft = step === "login" ? theftView(holds, family) : null;
  return el("div", { class: "lane__verdict" }, badge, words, theft);
}

function decided({ accepted, step }) {
  if (!step || accepted) return "";
  return el("span", {}, "Stopped at ", el("strong", {}, step), ". ");
}

/** The thief's time, counted down while one looks. */
function stillGood(expires) {
  const words = (left) => (left ? `It works for another ${left}.` : "It has expired now: replay it again.");
  return countDown(el("strong", { class: "lane__countdown" }), expires, words);
}

function theftView({ browser }, family) {
  return el("p", { class: "lane__theft" },
    el("strong", {}, "A thief was listening"), ` and copied the ${CARRIED[family]} (${bytes(browser.bytes)}).`);
}

function answer({ status, verdict, user }) {
  if (user) return JSON.stringify({ username: user.username, role: user.role });
  return status < 400 ? "OK" : verdict.code;
}
