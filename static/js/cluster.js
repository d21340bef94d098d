/** The cluster's page: what runs now, again every two seconds, and drills that are played here. */

import { ApiError, send } from "./api.js";
import { el } from "./dom.js";

const EVERY = 2000; // ms between two looks at what runs
const SOON = 250; // ms between two questions about a drill
const PATIENCE = 80; // questions without an answer: while a drill breaks something, some have none

const { url, drillsUrl, runsUrl } = JSON.parse(document.getElementById("cluster-data").textContent);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The picture of what runs. */
async function look() {
  if (document.hidden) return;
  const { data: now } = await send(url);
  for (const part of now.parts) show(part, part.slug === now.answered_by, now.lag_ms);
  const here = now.parts.find(({ slug }) => slug === now.answered_by);
  document.querySelector("[data-live]").textContent =
    `Asked every two seconds. The last answer came from ${here?.title ?? "one of the processes"}.`;
}

function show(part, answered, lag) {
  const box = document.querySelector(`[data-part="${part.slug}"]`);
  box.dataset.state = part.running ? "runs" : "away";
  box.toggleAttribute("data-answered", answered);
  box.querySelector("[data-state-words]").textContent = part.running ? "runs" : "does not run";
  box.querySelector("[data-more]").textContent = more(part, lag);
}

function more({ slug, entries }, lag) {
  if (slug === "replica" && lag !== null) return `last commits seen after ${Math.round(lag)} ms`;
  return entries === null ? "" : `${entries} log-outs in its list`;
}

async function keepLooking() {
  for (;;) {
    await pause(EVERY);
    try {
      await look();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // nobody answers just now: the next look tells
    }
  }
}

/** One drill: its button, its progress and what it tells. */
class Drill {
  constructor(root) {
    this.root = root;
    for (const name of ["start", "progress", "problem", "lines", "outcome"]) {
      this[name] = root.querySelector(`[data-${name}]`);
    }
    this.button = this.start.querySelector("button");
    this.start.hidden = false;
    this.start.addEventListener("submit", (event) => {
      event.preventDefault();
      this.play();
    });
  }

  async play() {
    this.busy(true);
    this.lines.replaceChildren();
    try {
      const strategy = this.start.elements.strategy?.value;
      const body = { drill: this.root.dataset.drill, ...(strategy && { strategy }) };
      const { status, data } = await send(drillsUrl, { method: "POST", body });
      if (status !== 201) throw new ApiError("refused", data.detail, { status });
      await this.follow(data.run);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.problem.textContent = error.message;
      this.problem.hidden = false;
    }
    this.busy(false);
  }

  async follow(run) {
    for (let over = false, failed = 0; !over; ) {
      await pause(SOON);
      try {
        const path = `${runsUrl}${run}/?after=${this.lines.children.length}`;
        const { status, data: told } = await send(path);
        if (status !== 200) throw new ApiError("refused", told.detail, { status });
        failed = 0;
        this.lines.append(...told.lines.map(line));
        over = told.over;
        if (over) this.outcome.innerHTML = told.html;
      } catch (error) {
        failed += 1;
        if (!(error instanceof ApiError) || error.status === 404 || failed > PATIENCE) throw error;
      }
    }
    this.lines.hidden = true; // the outcome has them
    this.lines.replaceChildren();
  }

  busy(on) {
    this.button.disabled = on;
    this.progress.hidden = !on;
    if (!on) return;
    this.problem.hidden = true;
    this.lines.hidden = false;
  }
}

function line({ at, text, tone }) {
  const time = el("time", {}, `${at.toFixed(2)} s`);
  return el("li", { class: `drill__line drill__line--${tone || "plain"}` }, time, el("span", {}, text));
}

for (const root of document.querySelectorAll("[data-drill]")) new Drill(root);
keepLooking();
