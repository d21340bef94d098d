/** A page about one strategy or one event: its cells can be played here, its request is drawn. */

import { send } from "./api.js";
import { tallyView } from "./lab/tally.js";
import { sequenceFigure } from "./diagram.js";
import { Bar } from "./lab/bar.js";
import { Run } from "./lab/run.js";

class Explained {
  constructor({ runsUrl, exchange }) {
    this.url = runsUrl;
    this.exchange = exchange;
    this.bar = new Bar(document.querySelector("[data-bar]"));
    this.run = new Run(this.bar, runsUrl);
    this.cells = [...document.querySelectorAll("[data-cell]")];
    this.request = document.querySelector("[data-request]");
    this.bar.start.addEventListener("click", () => this.play(this.cells));
    if (this.request) this.measure();
  }

  /** Draw the request that was measured; where none was, play one cell to have one. */
  async measure() {
    if (this.exchange) this.draw();
    else await this.play(this.cells.slice(0, 1));
  }

  async play(cells) {
    if (this.run.active) return;
    const answers = [];
    await this.run.start(cells, (cell, answer) => {
      answers.push(answer);
      showReasons(cell.closest("tr"), answer);
    });
    regroup();
    if (this.request && !this.exchange) await this.fetch(answers.find(wasPlayed));
  }

  /** The request in the transcript of a run. */
  async fetch(run) {
    if (!run) return;
    const { data } = await send(`${this.url}${run.id}/`);
    this.exchange = data.transcript?.find(isRequest);
    if (this.exchange) this.draw();
  }

  draw() {
    const { trace, response } = this.exchange;
    const body = this.request.querySelector("[data-request-body]");
    const answer = JSON.stringify({ username: response.body.user.username });
    const options = { sender: "Device A", answer, width: body.clientWidth };
    const figure = sequenceFigure(trace, this.request.dataset.family, options);
    body.replaceChildren(figure, tallyView(trace));
  }
}

function showReasons(row, { report, cost }) {
  row.querySelector("[data-why]").textContent = report.why;
  row.querySelector("[data-cost]").textContent = cost;
}

function wasPlayed({ report }) {
  return report.bytes_per_request > 0;
}

function isRequest({ who, request, response, trace }) {
  return who === "A" && request.path.endsWith("/me/") && response.body?.user && trace;
}

/** Put each row under the heading of what it measured now. */
function regroup() {
  const groups = [...document.querySelectorAll("[data-group]")];
  for (const cell of document.querySelectorAll("[data-group] [data-cell][data-tone]")) {
    groups.find(({ dataset }) => dataset.group === cell.dataset.tone).append(cell.closest("tr"));
  }
  for (const group of groups) {
    const number = group.querySelectorAll(".cell").length;
    group.hidden = number === 0;
    group.querySelector("[data-number]").textContent = number;
  }
}

new Explained(JSON.parse(document.getElementById("lab-data").textContent));
