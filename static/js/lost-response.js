/** A lost response to a refresh, played without a grace and with one, on a strategy's page. */

import { send } from "./api.js";
import { el } from "./dom.js";
import { duration, sentence } from "./format.js";

const section = document.querySelector("[data-lost]");
const button = section.querySelector("[data-lose]");
const settings = section.querySelector("[data-settings]");
const problem = section.querySelector("[data-lost-problem]");

async function lose() {
  button.disabled = true;
  problem.hidden = true;
  try {
    const { data } = await send(section.dataset.lost, { method: "POST", body: {} });
    settings.replaceChildren(...data.map(setting));
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
  button.disabled = false;
}

function setting({ grace_s: grace, goes_on: goesOn, reason, end_reason: endReason, error, transcript }) {
  const title = grace ? `A grace of ${duration(grace)}` : "No grace";
  const badge = goesOn ? "stays logged in" : "is logged out";
  const ended = endReason ? `The list of logins says: ${endReason}.` : "";
  return el(
    "section",
    { class: "lost__setting" },
    el("h3", {}, title),
    el("p", { class: `badge badge--${goesOn && !error ? "ok" : "bad"}` }, error ? "broke" : badge),
    el("p", { class: "muted" }, error ?? `${sentence(reason)} ${ended}`),
    el("ol", { class: "lost__steps" }, ...transcript.map(step)),
  );
}

function step({ title, response }) {
  return el("li", {}, `${title}: `, el("b", {}, String(response.status)));
}

button.hidden = false;
button.addEventListener("click", lose);
