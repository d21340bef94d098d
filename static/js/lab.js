/** The invalidation lab: plays cells of the matrix and fills them in as they finish. */

import { keepInLesson, staying } from "./embedded.js";
import { Bar } from "./lab/bar.js";
import { arrowKeys } from "./lab/keys.js";
import { Run } from "./lab/run.js";
import { sum } from "./lab/sum.js";
import { localTimes } from "./when.js";

class Lab {
  constructor({ runsUrl }) {
    this.matrix = document.querySelector("[data-matrix]");
    this.cells = [...this.matrix.querySelectorAll("[data-cell]")];
    this.bar = new Bar(document.querySelector("[data-bar]"));
    this.run = new Run(this.bar, runsUrl);
    this.filter = document.querySelector("[data-filter]");
    this.sums = document.querySelector("[data-sum]");
    this.listen();
    this.filtered();
  }

  listen() {
    this.matrix.dataset.live = "";
    this.matrix.addEventListener("click", ({ target }) => this.press(target.closest("[data-run]")));
    this.bar.start.addEventListener("click", () => this.play(this.shown()));
    this.filter.addEventListener("change", () => this.filtered());
    arrowKeys(this.matrix);
  }

  /** The cells of the families on show. */
  shown() {
    const family = this.family();
    return this.cells.filter((cell) => !family || cell.closest("tbody").dataset.family === family);
  }

  family() {
    return new FormData(this.filter).get("family");
  }

  /** The button of a row, a column or a cell. */
  press(button) {
    if (!button) return;
    const { strategy, event } = button.dataset;
    const isMeant = ({ dataset }) =>
      (!strategy || dataset.strategy === strategy) && (!event || dataset.event === event);
    this.play(this.shown().filter(isMeant));
  }

  async play(cells) {
    if (this.run.active) return;
    this.matrix.dataset.running = "";
    await this.run.start(cells, showFigures);
    delete this.matrix.dataset.running;
    this.sum();
  }

  filtered() {
    const family = this.family();
    this.bar.offer(this.shown().length, this.cells.length);
    history.replaceState(null, "", staying(family ? `?family=${family}` : location.pathname));
    this.sum();
  }

  sum() {
    const played = this.shown().filter(({ dataset }) => dataset.tone && !("recorded" in dataset));
    this.sums.hidden = played.length === 0;
    if (played.length) this.sums.querySelector("[data-sum-words]").textContent = sum(played);
  }
}

/** What a request costs, from the newest report that sent any. */
function showFigures(node, { report, url }) {
  keepInLesson({ link: url });
  if (!report.bytes_per_request) return;
  const row = node.closest("tr");
  row.querySelector("[data-sql]").textContent = report.sql_per_request;
  row.querySelector("[data-bytes]").textContent = `${report.bytes_per_request} B`;
}

localTimes();
new Lab(JSON.parse(document.getElementById("lab-data").textContent));
