/** The board of the claims and the page of one: plays experiments here, and shows how far they are. */

import { ApiError, sendForLines } from "./api.js";
import { describeCharts } from "./charts.js";
import { guessed, remember } from "./claims/guessed.js";
import { go, keepInLesson } from "./embedded.js";
import { localTimes } from "./when.js";

class Claims {
  constructor({ runsUrl, claim }) {
    Object.assign(this, { url: runsUrl, claim, controller: null });
    for (const name of ["start", "stop", "progress", "state", "status", "problem"]) {
      this[name] = document.querySelector(`[data-bar] [data-${name}]`);
    }
    this.rows = [...document.querySelectorAll("[data-claim]")];
    this.ask();
    if (!this.start) return;
    this.start.hidden = false;
    this.start.addEventListener("click", () => this.play());
    this.stop.addEventListener("click", () => this.controller?.abort());
    addEventListener("pagehide", () => this.controller?.abort());
  }

  /** On the board a verdict stands only where the visitor has guessed, until all are asked for. */
  ask() {
    if (this.claim) {
      if (new URLSearchParams(location.search).has("guess")) remember([this.claim]);
      return;
    }
    const tell = document.querySelector("[data-tell]");
    tell.addEventListener("click", () => {
      remember(this.chosen());
      this.tell();
      this.rows[0].querySelector("a").focus();
    });
    this.tell();
  }

  tell() {
    const known = guessed();
    for (const row of this.rows) row.toggleAttribute("data-told", known.has(row.dataset.claim));
    document.querySelector("[data-tell]").hidden = this.rows.every((row) => row.hasAttribute("data-told"));
  }

  /** The slugs to play: the page's own, or all of the board. */
  chosen() {
    return this.claim ? [this.claim] : this.rows.map(({ dataset }) => dataset.claim);
  }

  /** Those of them that can be played here: some need the cluster. */
  playable() {
    const elsewhere = new Set(this.rows.filter((row) => "elsewhere" in row.dataset).map(({ dataset }) => dataset.claim));
    return this.chosen().filter((slug) => !elsewhere.has(slug));
  }

  async play() {
    this.controller = new AbortController();
    const { signal } = this.controller;
    const body = { claims: this.playable() };
    this.begin(body.claims.length);
    try {
      const queued = (place) => this.queued(place);
      for await (const line of sendForLines(this.url, { method: "POST", body, signal, queued })) {
        this.take(line);
      }
    } catch (error) {
      if (error.name !== "AbortError") this.fail(error.message);
    }
    this.end(signal.aborted);
  }

  begin(total) {
    Object.assign(this, { total, done: 0, last: null });
    this.problem.hidden = true;
    this.progress.hidden = false;
    this.progress.max = total;
    this.swap(this.stop, this.start);
    this.say("It begins.");
  }

  queued(place) {
    this.progress.removeAttribute("value");
    this.say(`Number ${place} in the line. It begins by itself.`);
  }

  take(line) {
    if (line.problem) throw new ApiError("server", `The experiment broke: ${line.problem}`);
    if (line.run) return this.finished(line);
    this.progress.value = this.done + line.done / Math.max(1, line.total);
    this.state.textContent = `${line.stage}: ${line.done} of ${line.total}`;
    const row = this.row(line.claim);
    if (row && !row.hasAttribute("aria-busy")) {
      row.setAttribute("aria-busy", "true");
      this.status.textContent = row.querySelector("a").textContent;
    }
  }

  finished({ claim, run, html }) {
    this.done += 1;
    this.last = run;
    this.progress.value = this.done;
    const row = this.row(claim);
    if (!row) return;
    row.removeAttribute("aria-busy");
    row.querySelector("[data-own]").innerHTML = html;
  }

  fail(message) {
    this.problem.textContent = message;
    this.problem.hidden = false;
  }

  end(stopped) {
    this.controller = null;
    for (const row of this.rows) row.removeAttribute("aria-busy");
    this.progress.hidden = true;
    this.swap(this.start, this.stop);
    if (this.claim && this.last) return this.show();
    this.say(`${stopped ? "Stopped" : "Done"}: ${this.done} of ${this.total} played.`);
  }

  /** The page of the run, with the guess that was made on this one. */
  show() {
    const guess = new URLSearchParams(location.search).get("guess");
    keepInLesson({ link: this.last.url });
    go(`${this.last.url}${guess ? `?guess=${guess}` : ""}#result`);
  }

  row(slug) {
    return this.rows.find(({ dataset }) => dataset.claim === slug);
  }

  say(words) {
    this.state.textContent = words;
    this.status.textContent = words;
  }

  swap(shown, hidden) {
    const focused = document.activeElement === hidden;
    shown.hidden = false;
    hidden.hidden = true;
    if (focused) shown.focus();
  }
}

/** In place of the browser's own bubble, which covers the button. */
function askForGuess(form) {
  const missing = form.querySelector("[data-unguessed]");
  const ask = (event) => {
    event.preventDefault();
    missing.hidden = false;
    form.elements.guess[0].focus();
  };
  form.addEventListener("invalid", ask, { capture: true }); // it does not bubble
  form.addEventListener("change", () => (missing.hidden = true));
}

localTimes();
const guess = document.querySelector("[data-guess]");
if (guess) askForGuess(guess);
describeCharts();
new Claims(JSON.parse(document.getElementById("claims-data").textContent));
