/** What a lane shows after a step: verdict, diagram, tally, and who stores what. */

import { countDown } from "../countdown.js";
import { sequenceFigure } from "../diagram.js";
import { el } from "../dom.js";
import { bytes, sentence } from "../format.js";
import { THIEF } from "../sequence.js";
import { storageView } from "./storage.js";
import { tallyView } from "./tally.js";

const CARRIED = { session: "cookie", jwt: "token", opaque: "token" };
const PROBLEMS = {
  offline: "No answer",
  throttled: "Slow down",
  forbidden: "This page is too old",
  away: "Not right now",
  server: "The server failed",
  elsewhere: "Another tab took over",
  gone: "The throwaway user is gone",
};
/** What helps where asking once more does not. */
const WAYS_ON = {
  forbidden: "Reload the page",
  refused: "Log in again",
  elsewhere: "Log in again",
};

/**
 * Everything about one answer; `width` is the lane's, in CSS pixels, and `notice` what happened on
 * the way to it, if anything did.
 */
export function resultView(step, result, { family }, { width, notice }) {
  const sender = step === "replay" ? THIEF : "Browser";
  return [
    verdictView(step, result, family, notice),
    sequenceFigure(result.trace, family, { sender, answer: answer(result), width }),
    tallyView(result.trace, step === "login" ? "made" : "checked"),
    storageView(result.storage, `The ${sender.toLowerCase()} holds`),
  ];
}

/** Before the first step. */
export function emptyView({ summary }) {
  return [el("div", { class: "lane__empty" }, el("p", {}, summary))];
}

/** A step without an answer: what happened and a way on. */
export function errorView(error, retry) {
  const words = WAYS_ON[error.kind] ?? "Try again";
  const again = el("button", { type: "button", class: "button" }, words);
  again.addEventListener("click", error.kind === "forbidden" ? () => location.reload() : retry);
  const title = el("h3", {}, PROBLEMS[error.kind] ?? "That did not work");
  const message = el("p", {}, error.message);
  return [el("div", { class: "lane__error", role: "alert" }, title, message, again)];
}

function verdictView(step, { status, verdict, storage }, family, notice) {
  const { accepted, reason } = verdict;
  const badge = el(
    "p",
    { class: `badge badge--${accepted ? "ok" : "bad"}` },
    `${status} ${accepted ? "accepted" : "refused"}`,
  );
  const words = el("p", { class: "lane__reason" }, `${sentence(reason)} `);
  if (!accepted) words.append("Stopped at ", el("strong", {}, verdict.step), ".");
  const expires = storage.browser.expires;
  if (step === "replay" && accepted && expires) words.append(stillGood(expires));
  const theft = step === "login" ? theftView(storage, family) : null;
  const news = notice ? el("p", { class: "message lane__notice", "data-notice": true }, notice) : null;
  return el("div", { class: "lane__verdict" }, news, badge, words, theft);
}

/** The thief's time, counted down while one looks. */
function stillGood(expires) {
  return countDown(el("strong", { class: "lane__countdown" }), expires, timeLeft);
}

function timeLeft(left) {
  return left ? `It works for another ${left}.` : "It has expired now: replay it again.";
}

function theftView({ browser }, family) {
  const words = ` and copied the ${CARRIED[family]} (${bytes(browser.bytes)}).`;
  return el("p", { class: "lane__theft" }, el("strong", {}, "A thief was listening"), words);
}

function answer({ status, verdict, user }) {
  if (user) return `{"username": ${JSON.stringify(user.username)}}`;
  return status < 400 ? "OK" : verdict.code;
}
