/** One cell: what it says, as templates/partials/lab_cell.html says it. */

import { el } from "../dom.js";

/** Show an answer of the API in its cell. */
export function showCell(node, answer) {
  const content = node.querySelector("[data-content]");
  showWaiting(node, false);
  node.dataset.tone = answer.cell.tone;
  content.replaceChildren(opened(answer));
}

/** Say that a cell waits to be played, or no longer does. What it said before stays until then. */
export function showWaiting(node, waiting) {
  if (waiting) node.setAttribute("aria-busy", "true");
  else node.removeAttribute("aria-busy");
}

function opened({ url, cell }) {
  const isNone = cell.tone === "none";
  const word = el(
    "span",
    { class: "cell__word" },
    el("span", { class: "cell__sign", "aria-hidden": "true" }, cell.sign),
    " ",
    el("span", { class: isNone ? "quiet" : null }, cell.word),
  );
  return el(
    "a",
    { class: "cell__open", href: url, title: isNone ? cell.detail : null },
    word,
    " ",
    line(cell.detail, isNone ? "quiet" : ""),
    " ",
    line(cell.also, "cell__also"),
    " ",
    line(cell.differs && `≠ ${cell.differs}`, "cell__differs"),
  );
}

function line(words, style = "") {
  return words ? el("span", { class: `cell__detail ${style}`.trim() }, words) : null;
}
