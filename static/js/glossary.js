/** Links to the glossary, in what a script writes. The page tells the addresses. */

import { el } from "./dom.js";

const urls = JSON.parse(document.getElementById("glossary-data")?.textContent ?? "{}");
// The longest first: a session key is not a session. A part of `jwt-blacklist` is no word.
const names = Object.keys(urls).toSorted((one, other) => other.length - one.length);
const uses = new RegExp(`(?<![\\w-])(${names.join("|")})s?(?![\\w-])`, "i");

/** A word as a link to the glossary, written as `text`; no link where the glossary does not have it. */
export function word(name, text = name) {
  const href = urls[name.toLowerCase()];
  return href ? el("a", { class: "word", href }, text) : text;
}

/** A text in pieces, with the first word of the glossary that it has as a link, and so the others. */
export function linked(text, known = new Set()) {
  const pieces = [];
  let rest = text;
  while (names.length) {
    const found = uses.exec(rest);
    if (!found) break;
    const [use, name] = found;
    const isNew = !known.has(name.toLowerCase());
    known.add(name.toLowerCase());
    pieces.push(rest.slice(0, found.index), isNew ? word(name, use) : use);
    rest = rest.slice(found.index + use.length);
  }
  return [...pieces, rest];
}
