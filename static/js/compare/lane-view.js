/** What a lane shows: where it stands, the question or the verdict, its figures, and the rest folded. */

import { el } from "../dom.js";
import { isEmbedded } from "../embedded.js";
import { sentence } from "../format.js";
import { figuresView } from "./figures.js";
import { guessedRight, LOGIN, REPLAY } from "./story.js";

const TITLES = ["Log in", "Send a request", "Log out", "The thief tries"];
const HASH =
  "“Hash password” is this quick for throwaway users alone: their passwords are random, so a fast hash is enough.";

/** Everything about a lane that has done a step; `guessed` is called when the visitor has guessed. */
export function laneView(lane, guessed) {
  const views = [verdict(lane), question(lane, guessed), asked(lane), begun(lane)];
  return [
    el("div", { class: "lane__stand" }, lane.noticed(), views.find(Boolean)),
    figuresView(lane.results),
    el("div", { class: "lane__more" }, steps(lane), storage(lane)),
  ];
}

function begun({ results, strategy }) {
  const size = results[0].storage.browser.bytes;
  return box(`A thief has a copy of the ${strategy.carried}`, `${size} bytes`);
}

function asked({ results: [, request] }) {
  if (!request) return null;
  const { status, verdict: said } = request;
  return box(`${status} ${said.accepted ? "accepted" : "refused"}`, sentence(said.reason));
}

/** Before the thief tries. */
function question({ results, guess, side }, guessed) {
  if (results.length !== REPLAY) return null;
  const reason = sentence(results[2].verdict.reason);
  if (isEmbedded) return box("Logged out.", reason);
  const id = `${side}-question`;
  const choices = [
    [true, "Yes"],
    [false, "No"],
  ];
  const buttons = choices.map(([value, words]) => {
    const button = el(
      "button",
      { type: "button", class: "button button--quiet", "aria-pressed": String(guess === value) },
      words,
    );
    button.addEventListener("click", () => guessed(value));
    return button;
  });
  return el(
    "div",
    { class: "lane__box" },
    el("p", { class: "lane__words" }, el("b", {}, "Logged out. "), reason),
    el(
      "div",
      { class: "lane__question", role: "group", "aria-labelledby": id, "data-question": true },
      el("p", { id }, el("strong", {}, "Will the thief get in?")),
      ...buttons,
    ),
  );
}

/** Green and red say how it went for the owner; the sign and the words say it as well. */
function verdict(lane) {
  const result = lane.results[REPLAY];
  if (!result) return null;
  const { accepted, reason } = result.verdict;
  return el(
    "div",
    { class: `lane__box lane__verdict lane__verdict--${accepted ? "bad" : "ok"}` },
    el("span", { class: "lane__sign", "aria-hidden": "true" }, accepted ? "▲" : "●"),
    el(
      "div",
      {},
      el(
        "p",
        { class: "lane__words" },
        el("strong", { class: "lane__outcome" }, accepted ? "Thief got in" : "Thief stopped"),
        ` ${result.status} ${accepted ? "accepted" : "refused"} · ${sentence(reason)}`,
      ),
      guessView(lane),
    ),
  );
}

function guessView(lane) {
  if (lane.guess === null) return null;
  const words = lane.guess ? "yes" : "no";
  const right = guessedRight(lane);
  return el(
    "p",
    { class: "lane__guess" },
    `You guessed: ${words}. `,
    el("b", {}, right ? "✓ Right." : "✗ Wrong."),
  );
}

function box(title, words) {
  return el("p", { class: "lane__box lane__words" }, el("b", {}, title), ` ${words}`);
}

/** A diagram of each step, drawn when it is looked at first: what is folded has no width. */
function steps(lane) {
  const { results, strategy, body } = lane;
  return folded(lane, "What the server did, step by step", async () => {
    const [{ sequenceFigure }, { THIEF }] = await Promise.all([
      import("../diagram.js"),
      import("../sequence.js"),
    ]);
    return results.flatMap((result, step) => [
      el("h3", {}, TITLES[step]),
      sequenceFigure(result.trace, strategy.family, {
        sender: step === REPLAY ? THIEF : "Browser",
        answer: answer(result),
        width: Math.floor(body.getBoundingClientRect().width),
      }),
      step === LOGIN ? el("p", { class: "lane__hash" }, HASH) : "",
    ]);
  });
}

function storage(lane) {
  const { results } = lane;
  const holder = results.length > REPLAY ? "The thief holds" : "The browser holds";
  return folded(lane, "Who stores what", async () => {
    const { storageView } = await import("./storage.js");
    return [storageView(results.at(-1).storage, holder)];
  });
}

/** Folded until it is opened, and open from then on. What fills it is loaded then. */
function folded({ opened }, title, content) {
  const details = el("details", { open: opened.has(title) }, el("summary", {}, title));
  let filled = false;
  const fill = async () => {
    if (details.open) opened.add(title);
    else opened.delete(title);
    if (!details.open || filled) return;
    filled = true;
    details.append(...(await content()));
  };
  details.addEventListener("toggle", fill);
  if (details.open) fill();
  return details;
}

function answer({ status, verdict: said, user }) {
  if (user) return `{"username": ${JSON.stringify(user.username)}}`;
  return status < 400 ? "OK" : said.code;
}
