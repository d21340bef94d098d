/** The answer follows the sliders: the server ranks, and what it says takes the place of what stood there. */

import { duration } from "./format.js";

const form = document.querySelector("[data-system]");
const busy = form.querySelector("[data-busy]");
const PAUSE = 120; // ms without a move, after which the server is asked
let asked = null;
let waiting = 0;

/** The figures of the sliders as the server says them. */
const SAID = {
  distance_ms: (value) => `${value} ms`,
  late_s: (value) => (value ? `within ${duration(value)}` : "at once"),
  per_hour: (value) => value.toLocaleString("en"),
  services: String,
  header_bytes: (value) => `${value.toLocaleString("en")} B`,
};

form.querySelector("[data-submit]").hidden = true;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask();
});
document.addEventListener("input", (event) => {
  const { form: owner, name, value } = event.target;
  if (owner !== form) return;
  if (name in SAID) document.getElementById(`said-${name}`).textContent = SAID[name](Number(value));
  work(true);
  clearTimeout(waiting);
  waiting = setTimeout(ask, PAUSE);
});
window.addEventListener("popstate", () => location.reload());

/** Ask for the page of what is set now; an answer that was overtaken is dropped. */
async function ask() {
  asked?.abort();
  asked = new AbortController();
  const url = `${location.pathname}?${new URLSearchParams(new FormData(form))}`;
  try {
    const answer = await fetch(url, { signal: asked.signal });
    if (!answer.ok && answer.status !== 400) throw new Error(answer.statusText);
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    history.replaceState(null, "", url);
    work(false);
  } catch (error) {
    if (error.name !== "AbortError") form.submit(); // the browser shows what is wrong
  }
}

/** Show that the answer on show is not yet that of the sliders. */
function work(flag) {
  busy.hidden = !flag;
  for (const id of ["takes", "ranked", "pair"]) {
    document.getElementById(id).setAttribute("aria-busy", String(flag));
  }
}

/** Put each part of the new page into the place of the one with its id. */
function show(page) {
  for (const part of document.querySelectorAll("[data-live]")) {
    part.replaceChildren(...document.adoptNode(page.getElementById(part.id)).childNodes);
  }
}
