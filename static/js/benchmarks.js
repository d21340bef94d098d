/** The page of the benchmarks: values of the charts, the choice of a result, a short run. */

import { ApiError, send } from "./api.js";
import { describeCharts } from "./charts.js";

const POLL_INTERVAL = 1000; // milliseconds

describeCharts();

const bar = document.querySelector("[data-bench]");
const stages = bar.dataset.stages.split("|");
const part = (name) => bar.querySelector(`[data-${name}]`);

part("show").hidden = true;
part("choice").addEventListener("change", () => part("choice").submit());

const button = part("run");
if (button) {
  button.hidden = false;
  button.addEventListener("click", begin);
}
if (bar.dataset.running) follow(bar.dataset.running);

async function begin() {
  await guarded(async () => {
    busy(true, "Starting …");
    const { status, data } = await send(bar.dataset.api, { method: "POST" });
    if (status === 403) throw new ApiError("forbidden", data.detail);
    if (status === 409) say("One is running already. Here is how far it is.");
    await wait(data.id);
  });
}

async function follow(id) {
  await guarded(() => wait(id));
}

async function guarded(work) {
  part("problem").hidden = true;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    busy(false);
    part("problem").textContent = error.message;
    part("problem").hidden = false;
  }
}

async function wait(id) {
  for (;;) {
    const { status, data: run } = await send(`${bar.dataset.api}${id}/`);
    if (status !== 200) throw new ApiError("refused", "This run is gone. Start another one.");
    if (run.problem) throw new ApiError("refused", `The benchmark failed: ${run.problem}`);
    if (run.over) {
      say("Done.");
      location.assign(run.url);
      return;
    }
    progress(run);
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
  }
}

function progress({ stage, done, total }) {
  const share = total ? done / total : 0;
  busy(true, stage ? `${stage}: ${done} of ${total}` : "Making a database …");
  part("bar").value = Math.max(0, stages.indexOf(stage)) + share;
  if (stage !== bar.dataset.stage) say(stage ? `Now: ${stage}.` : "The benchmark has started.");
  bar.dataset.stage = stage;
}

function busy(is, words = "") {
  if (button) button.disabled = is;
  part("progress").hidden = !is;
  part("words").textContent = words;
}

function say(words) {
  part("status").textContent = words;
}
