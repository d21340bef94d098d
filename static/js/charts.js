/** Values of a chart, by pointer and by keyboard: one tab stop per chart, arrows inside it. */

const STEPS = {
  ArrowRight: () => 1,
  ArrowLeft: () => -1,
  ArrowDown: (columns) => columns,
  ArrowUp: (columns) => -columns,
};
const GAP = 12;

let described = null;

/** Show the description of a mark in the page's tip when the pointer or the focus is on it. */
export function describeCharts() {
  const tip = document.querySelector("[data-tip]");
  for (const chart of document.querySelectorAll("[data-marks]")) describeMarks(chart, tip);
  addEventListener("scroll", () => follow(tip), { passive: true });
}

function describeMarks(chart, tip) {
  const marks = [...chart.querySelectorAll(".mark")];
  const columns = Number(chart.dataset.columns ?? 1);
  for (const mark of marks) {
    mark.addEventListener("pointerenter", () => show(tip, mark));
    mark.addEventListener("pointerleave", () => hide(tip));
    mark.addEventListener("focus", () => show(tip, mark));
    mark.addEventListener("blur", () => hide(tip));
  }
  chart.addEventListener("keydown", (event) => {
    const place = marks.indexOf(document.activeElement);
    if (event.key === "Escape") hide(tip);
    const next = target(event.key, place, columns, marks.length);
    if (place < 0 || next === null) return;
    event.preventDefault();
    marks[place].tabIndex = -1;
    marks[next].tabIndex = 0;
    marks[next].focus();
  });
}

function target(key, place, columns, count) {
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (!(key in STEPS)) return null;
  const next = place + STEPS[key](columns);
  return next < 0 || next >= count ? null : next;
}

// The browser scrolls to a mark that the keyboard has gone to: that must not hide what it says.
function follow(tip) {
  if (described === document.activeElement) show(tip, described);
  else hide(tip);
}

function show(tip, mark) {
  described = mark;
  tip.textContent = mark.dataset.says;
  tip.hidden = false;
  const box = (mark.querySelector(".point") ?? mark.querySelector(".part") ?? mark).getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const left = Math.min(Math.max(GAP, box.left + box.width / 2 - size.width / 2), innerWidth - size.width - GAP);
  const above = box.top - size.height - GAP;
  tip.style.left = `${left}px`;
  tip.style.top = `${above < GAP ? box.bottom + GAP : above}px`;
}

function hide(tip) {
  described = null;
  tip.hidden = true;
}
