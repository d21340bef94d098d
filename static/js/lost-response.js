/** Lost responses to a refresh, and thieves who look alike, played on a strategy's page. */

import { send } from "./api.js";
import { el } from "./dom.js";
import { duration } from "./format.js";

const STARTED_AGAIN =
  "The throwaway user was deleted while this was played: it was played again with a new one.";

const section = document.querySelector("[data-lost]");
const button = section.querySelector("[data-lose]");
const stories = section.querySelector("[data-stories]");
const problem = section.querySelector("[data-lost-problem]");

async function lose() {
  button.disabled = true;
  problem.hidden = true;
  try {
    const { data } = await send(section.dataset.lost, { method: "POST", body: {} });
    stories.replaceChildren(...data.map(story));
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
  button.disabled = false;
}

function story(played) {
  const { title, about, error, transcript, started_again: startedAgain } = played;
  const [words, tone] = ending(played);
  const ended = played.end_reason ? `The list of logins says: ${played.end_reason}.` : "";
  const grace = played.grace_s ? `A grace of ${duration(played.grace_s)}.` : "No grace.";
  return el(
    "section",
    { class: "lost__story", "aria-label": title },
    el("h3", {}, title),
    el("p", { class: `badge ${tone}` }, words),
    startedAgain && !error ? el("p", { class: "message" }, STARTED_AGAIN) : null,
    el("p", {}, error ?? about),
    el("ol", { class: "lost__steps" }, ...transcript.map(step)),
    el("p", { class: "muted" }, `${grace} ${ended}`),
  );
}

/** Green and red say how it went for the owner. */
function ending({ goes_on: goesOn, thief_in: thiefIn, error }) {
  if (error) return ["not played to its end", ""];
  if (thiefIn) return ["the thief stays in, unnoticed", "badge--bad"];
  if (goesOn) return ["stays logged in", "badge--ok"];
  return thiefIn === false ? ["the thief is noticed", "badge--ok"] : ["is logged out", "badge--bad"];
}

function step({ title, response }) {
  return el("li", {}, `${title}: `, el("b", {}, String(response.status)));
}

button.hidden = false;
button.addEventListener("click", lose);
