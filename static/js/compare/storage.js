/** What the client and the server store after a step. */

import { countDown } from "../countdown.js";
import { el } from "../dom.js";
import { clockTime } from "../format.js";
import { word } from "../glossary.js";

const TIMES = new Set(["exp", "iat", "nbf", "auth_time"]);
const PARTS = ["header", "payload", "signature"];

/** Two columns: what the client stores, and what the server stores. */
export function storageView({ browser, server }, holder) {
  return el(
    "div",
    { class: "storage" },
    el("section", {}, el("h3", {}, holder), ...clientSide(browser)),
    el("section", {}, el("h3", {}, "The server holds"), ...serverSide(server)),
  );
}

function clientSide(held) {
  if (held.kind === "nothing") return [nothing(), note(held.note)];
  const masked =
    held.kind === "token" ? token(held.masked) : el("p", { class: "storage__value" }, held.masked);
  const decoded = held.claims ? claims(held) : null;
  const expiry = !decoded && held.expires ? expires(held.expires) : null;
  return [masked, note(held.note), decoded, expiry].filter(Boolean);
}

/** A token's three parts in the three colours that the inspector uses too. */
function token(masked) {
  const parts = masked.split(".");
  const value = el("p", { class: "storage__value" });
  parts.forEach((part, index) => {
    const style = parts.length === PARTS.length ? `token__${PARTS[index]}` : null;
    value.append(index ? "." : "", el("span", { class: style }, part));
  });
  return value;
}

function claims({ header = {}, claims: payload }) {
  return el(
    "dl",
    { class: "claims" },
    ...Object.entries(header).map(([name, value]) => claim(name, value, "header")),
    ...Object.entries(payload).map(([name, value]) => claim(name, value, "payload")),
  );
}

function claim(name, value, part) {
  const words = typeof value === "string" ? value : JSON.stringify(value);
  const time = TIMES.has(name) && typeof value === "number" ? moment(name, value) : null;
  return el("div", {}, el("dt", { class: `token__${part}` }, word(name)), el("dd", {}, words, time));
}

function moment(name, unix) {
  const node = el("span", { class: "claims__time" });
  if (name !== "exp") return fill(node, clockTime(unix));
  return countDown(node, unix, (left) => `${clockTime(unix)}, ${left ? `in ${left}` : "expired"}`);
}

function fill(node, text) {
  node.textContent = text;
  return node;
}

function expires(unix) {
  const node = el("p", { class: "storage__note" });
  return countDown(node, unix, (left) => (left ? `Expires in ${left}.` : "Expired."));
}

function serverSide({ rows, note: words }) {
  return [...(rows.length ? rows.map(row) : [nothing("nothing that a request asks for")]), note(words)];
}

function row({ table, columns }) {
  const cells = Object.entries(columns).map(([name, value]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, String(value))),
  );
  return el(
    "div",
    { class: "storage__row" },
    el("p", { class: "storage__value" }, table),
    el("dl", { class: "claims" }, ...cells),
  );
}

function nothing(words = "nothing") {
  return el("p", { class: "storage__value" }, words);
}

function note(words) {
  return words ? el("p", { class: "storage__note" }, words) : null;
}
