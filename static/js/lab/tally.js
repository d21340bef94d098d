/** The four figures of one request. */

import { el } from "../dom.js";
import { bytes, count, microseconds } from "../format.js";

/**
 * @param {object} trace as the lab's API gives it
 * @param {string} verb what was done with signatures: `checked`, or `made` where a token is issued
 */
export function tallyView({ tally, steps, credential, total_us: total }, verb = "checked") {
  const hashing = steps
    .filter(({ kind }) => kind === "hash")
    .reduce((sum, step) => sum + step.duration_us, 0);
  const spent = [
    `${microseconds(tally.sql_us)} in SQL`,
    hashing ? `${microseconds(hashing)} hashing` : "",
  ];
  return el(
    "dl",
    { class: "tally" },
    figure(tally.sql, word(tally.sql, "SQL query", "SQL queries") + cached(tally.cache)),
    figure(tally.signatures, `${word(tally.signatures, "signature", "signatures")} ${verb}`),
    figure(microseconds(total), `of it ${spent.filter(Boolean).join(", ")}`),
    figure(bytes(credential?.bytes ?? 0), "credential on the wire"),
  );
}

function figure(value, words) {
  return el("div", {}, el("dt", {}, words), el("dd", {}, String(value)));
}

function word(number, one, many) {
  return number === 1 ? one : many;
}

function cached(calls) {
  return calls ? ` and ${count(calls, "cache call")}` : "";
}
