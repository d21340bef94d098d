/** The invalidation lab: plays cells of the matrix and fills them in as they finish. */

import { Bar } from "./lab/bar.js";
import { showBusy, showCell } from "./lab/cell.js";
import { arrowKeys } from "./lab/keys.js";
import { playAll } from "./lab/runner.js";
import { sum } from "./lab/sum.js";
import { localTimes } from "./when.js";

class Lab {
  constructor({ runsUrl }) {
    this.url = runsUrl;
    this.matrix = document.querySelector("[data-matrix]");
    this.cells = [...this.matrix.querySelectorAll("[data-cell]")];
    this.bar = new Bar(document.querySelector("[data-bar]"));
    this.filter = document.querySelector("[data-filter]");
    this.sums = document.querySelector("[data-sum]");
    this.running = null;
    this.listen();
    this.filtered();
  }

  listen() {
    this.matrix.dataset.live = "";
    this.matrix.addEventListener("click", ({ target }) => this.pressed(target.closest("[data-run]")));
    this.bar.start.addEventListener("click", () => this.run(this.shown()));
    this.bar.stop.addEventListener("click", () => this.running?.abort());
    this.filter.addEventListener("change", () => this.filtered());
    addEventListener("pagehide", () => this.running?.abort());
    arrowKeys(this.matrix);
  }

  /** The cells of the families on show. */
  shown() {
    const family = new FormData(this.filter).get("family");
    return this.cells.filter((cell) => !family || cell.closest("tbody").dataset.family === family);
  }

  /** The button of a row, a column or a cell. */
  pressed(button) {
    if (!button || this.running) return;
    const { strategy, event } = button.dataset;
    const meant = ({ dataset }) =>
      (!strategy || dataset.strategy === strategy) && (!event || dataset.event === event);
    this.run(this.shown().filter(meant));
  }

  async run(nodes) {
    this.running = new AbortController();
    this.matrix.dataset.running = "";
    this.bar.begin(nodes.length);
    const answers = [];
    try {
      await playAll(this.url, nodes.map(pair), this.listener(answers), this.running.signal);
    } catch (error) {
      this.bar.fail(error);
    }
    this.running = null;
    delete this.matrix.dataset.running;
    this.bar.end(answers.length, answers.at(-1));
    this.sum();
  }

  listener(answers) {
    return {
      began: ({ node }) => showBusy(node, true),
      left: ({ node }) => showBusy(node, false),
      ended: ({ node }, answer) => {
        answers.push(answer);
        showCell(node, answer);
        figures(node.closest("tr"), answer);
        this.bar.count(answers.length);
      },
    };
  }

  filtered() {
    const shown = this.shown();
    this.bar.offer(shown.length, this.cells.length);
    const family = new FormData(this.filter).get("family");
    history.replaceState(null, "", family ? `?family=${family}` : location.pathname);
    this.sum();
  }

  sum() {
    const played = this.shown().filter((cell) => cell.dataset.tone);
    this.sums.hidden = played.length === 0;
    if (played.length) this.sums.querySelector("[data-sum-words]").textContent = sum(played);
  }
}

function pair(node) {
  const { strategy, event } = node.dataset;
  return { strategy, event, node };
}

/** What a request costs, from the newest report that sent any. */
function figures(row, { cell, report }) {
  if (cell.tone === "none" || cell.tone === "broken") return;
  row.querySelector("[data-sql]").textContent = report.sql_per_request;
  row.querySelector("[data-bytes]").textContent = `${report.bytes_per_request} B`;
}

localTimes();
new Lab(JSON.parse(document.getElementById("lab-data").textContent));
