/** The figures of a lane: what the visitor's request cost, and what the thief's did. */

import { el } from "../dom.js";
import { microseconds } from "../format.js";
import { word } from "../glossary.js";

const NONE = "–";
const DIGITS = "A JWT has some three bytes more for each digit of its user’s number: another login’s may differ.";

/** A table of two columns; what was not done yet is a dash. */
export function figuresView([, request, , replay]) {
  const rows = [
    ["Database queries", (trace) => trace.tally.sql],
    ["Signatures checked", (trace) => trace.tally.signatures],
    [el("span", { title: DIGITS }, word("bytes of a credential", "Sent with each request")), (trace) => `${trace.credential.bytes ?? 0} bytes`],
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

/** The median and the middle half, `{n, low, median, high}`, of a list of numbers. */
export function spread(samples) {
  const sorted = samples.toSorted((one, other) => one - other);
  const [low, median, high] = [0.25, 0.5, 0.75].map((share) => quantile(sorted, share));
  return { n: sorted.length, low, median, high };
}

/** -1 where `one` is less than `other`, 1 where it is more, 0 where their middle halves overlap. */
export function compare(one, other) {
  if (one.high < other.low) return -1;
  return one.low > other.high ? 1 : 0;
}

/** Between two samples in proportion, as spreadsheets do (type 7 of Hyndman and Fan, 1996). */
function quantile(sorted, share) {
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place % 1);
}
