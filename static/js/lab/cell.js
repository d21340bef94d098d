/** One cell: what it says, as templates/partials/lab_cell.html says it. */

import { el } from "../dom.js";

/** Show an answer of the API in its cell. */
export function showCell(node, answer) {
  const content = node.querySelector("[data-content]");
  node.removeAttribute("aria-busy");
  node.dataset.tone = answer.cell.tone;
  content.replaceChildren(opened(answer));
}

/** Say that a cell is being played, or no longer. What it said before stays until it has an answer. */
export function showBusy(node, busy) {
  if (busy) node.setAttribute("aria-busy", "true");
  else node.removeAttribute("aria-busy");
}

function opened({ url, cell }) {
  const word = el(
    "span",
    { class: "cell__word" },
    el("span", { class: "cell__sign", "aria-hidden": "true" }, cell.sign),
    " ",
    el("span", { class: cell.tone === "none" ? "quiet" : null }, cell.word),
  );
  return el(
    "a",
    { class: "cell__open", href: url },
    word,
    line(cell.detail, cell.tone === "none" ? "quiet" : ""),
    line(cell.also, "cell__also"),
    line(cell.differs && `≠ ${cell.differs}`, "cell__differs"),
  );
}

function line(words, style) {
  return words ? el("span", { class: `cell__detail ${style}`.trim() }, words) : null;
}
