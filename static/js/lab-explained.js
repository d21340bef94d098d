/** A page about one strategy or one event: its cells can be played here, its request is drawn. */

import { send } from "./api.js";
import { tallyView } from "./compare/tally.js";
import { sequenceFigure } from "./diagram.js";
import { Bar } from "./lab/bar.js";
import { showBusy, showCell } from "./lab/cell.js";
import { playAll } from "./lab/runner.js";

class Explained {
  constructor(data) {
    this.data = data;
    this.bar = new Bar(document.querySelector("[data-bar]"));
    this.request = document.querySelector("[data-request]");
    this.running = null;
    this.bar.start.addEventListener("click", () => this.run(this.cells()));
    this.bar.stop.addEventListener("click", () => this.running?.abort());
    addEventListener("pagehide", () => this.running?.abort());
    if (this.request) this.measure();
  }

  cells() {
    return [...document.querySelectorAll("[data-cell]")];
  }

  /** Draw the request that was measured; where none was, play one cell to have one. */
  async measure() {
    if (this.data.exchange) this.draw(this.data.exchange);
    else await this.run(this.cells().slice(0, 1));
  }

  async run(nodes) {
    if (this.running) return;
    this.running = new AbortController();
    this.bar.begin(nodes.length);
    const answers = [];
    try {
      await playAll(this.data.runsUrl, nodes.map(pair), this.listener(answers), this.running.signal);
    } catch (error) {
      this.bar.fail(error);
    }
    this.running = null;
    this.bar.end(answers.length, answers.at(-1));
    regroup();
    if (this.request && !this.data.exchange) await this.fetchExchange(answers);
  }

  listener(answers) {
    return {
      began: ({ node }) => showBusy(node, true),
      left: ({ node }) => showBusy(node, false),
      ended: ({ node }, answer) => {
        answers.push(answer);
        showCell(node, answer);
        const row = node.closest("tr");
        row.querySelector("[data-why]").textContent = answer.report.why;
        row.querySelector("[data-cost]").textContent = answer.cost;
        this.bar.count(answers.length);
      },
    };
  }

  async fetchExchange(answers) {
    const found = answers.find(({ cell }) => cell.tone !== "none" && cell.tone !== "broken");
    if (!found) return;
    const { data } = await send(`${this.data.runsUrl}${found.id}/`);
    this.data.exchange = data.transcript.find(isRequest) ?? null;
    if (this.data.exchange) this.draw(this.data.exchange);
  }

  draw({ trace, response }) {
    const body = this.request.querySelector("[data-request-body]");
    const options = { sender: "Device A", answer: answered(response), width: body.clientWidth };
    body.replaceChildren(
      sequenceFigure(trace, this.request.dataset.family, options),
      tallyView(trace),
    );
  }
}

function answered({ body }) {
  return body?.user ? JSON.stringify({ username: body.user.username }) : "";
}

function isRequest({ who, request, trace }) {
  return who === "A" && request.path.endsWith("/me/") && trace;
}

function pair(node) {
  const { strategy, event } = node.dataset;
  return { strategy, event, node };
}

/** Put each row under the heading of what it measured now. */
function regroup() {
  const groups = [...document.querySelectorAll("[data-group]")];
  for (const cell of document.querySelectorAll("[data-group] [data-cell][data-tone]")) {
    groups.find(({ dataset }) => dataset.group === cell.dataset.tone).append(cell.closest("tr"));
  }
  for (const group of groups) {
    const number = group.querySelectorAll("[data-cell]").length;
    group.hidden = number === 0;
    group.querySelector("[data-number]").textContent = number;
  }
}

new Explained(JSON.parse(document.getElementById("lab-data").textContent));
