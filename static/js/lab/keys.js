/** Arrow keys walk over the cells of a matrix; Tab still visits every link. */

const STEPS = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

/** Let the arrows move the focus between the links of the cells. Rows that are not shown are passed. */
export function arrowKeys(table) {
  table.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const from = event.target.closest("[data-cell]");
    if (!step || !from || event.altKey || event.ctrlKey || event.metaKey) return;
    const target = neighbour(table, from, step)?.querySelector("a, button");
    if (!target) return;
    event.preventDefault();
    target.focus();
  });
}

function neighbour(table, from, [down, right]) {
  const rows = [...table.querySelectorAll("tr[data-row]")].filter((row) => row.offsetParent);
  const column = [...from.parentNode.children].indexOf(from) + right;
  const row = rows[rows.indexOf(from.parentNode) + down];
  return row?.children[column];
}
