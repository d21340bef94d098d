/** The figures of a lane: what the visitor's request cost, and what the thief's did. */

import { el } from "../dom.js";
import { microseconds } from "../format.js";
import { word } from "../glossary.js";
import { spread } from "./samples.js";

const NONE = "–";

/** A table of two columns; what was not done yet is a dash. */
export function figuresView([, request, , replay]) {
  const rows = [
    ["Database queries", (trace) => trace.tally.sql],
    ["Signatures checked", (trace) => trace.tally.signatures],
    [word("bytes of a credential", "Sent with each request"), (trace) => `${trace.credential.bytes ?? 0} bytes`],
  ];
  return el(
    "table",
    { class: "figures" },
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("td", {}),
        el("th", { scope: "col" }, "your request"),
        el("th", { scope: "col" }, "the thief's"),
      ),
    ),
    el(
      "tbody",
      {},
      ...rows.map(([title, read]) => row(title, ...[request, replay].map((one) => value(one, read)))),
      row(...times(request?.samples), NONE),
    ),
  );
}

/** The median time with its middle half. */
function times(samples) {
  if (!samples) return ["Time", NONE];
  const { n, low, median, high } = spread(samples);
  const middle = el("span", { class: "muted" }, ` (${span(low, high)})`);
  return n > 1 ? [`Median of ${n}`, [time(median), middle]] : ["Time, one sample", time(median)];
}

/** `740 µs`, `1.96 ms`: what a median of many samples can say. */
export function time(us) {
  return us >= 1000 && us < 10_000 ? `${(us / 1000).toFixed(2)} ms` : microseconds(us);
}

function span(low, high) {
  const [from, to] = [low, high].map(time);
  const [, unit] = to.split(" ");
  return `${from.endsWith(unit) ? from.split(" ")[0] : from}–${to}`;
}

function value(result, read) {
  return result ? String(read(result.trace)) : NONE;
}

function row(title, ...cells) {
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, title),
    ...cells.map((cell) => el("td", {}, ...[cell].flat())),
  );
}
