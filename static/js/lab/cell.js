/** One cell of the matrix while it is played. */

/** Show an answer of the API in its cell. The server rendered it with the template of the page. */
export function showCell(node, { cell }) {
  showWaiting(node, false);
  node.dataset.tone = cell.tone;
  delete node.dataset.recorded;
  node.querySelector("[data-content]").innerHTML = cell.html;
}

/** Say that a cell waits to be played, or no longer does. What it said before stays until then. */
export function showWaiting(node, waiting) {
  if (waiting) node.setAttribute("aria-busy", "true");
  else node.removeAttribute("aria-busy");
}
