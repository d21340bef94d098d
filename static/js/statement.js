/** The panel below a diagram that shows one SQL statement in full. */

import { el, freshId } from "./dom.js";
import { microseconds } from "./format.js";
import { rows } from "./sequence.js";

const CLAUSE =
  / (?=(?:FROM|WHERE|VALUES|SET|RETURNING|ORDER BY|LIMIT|(?:INNER |LEFT (?:OUTER )?)?JOIN|AND)\b)/g;

/**
 * A closed panel: `toggle({step, control})` opens it for a step and closes it when that step is
 * chosen again, `close()` closes it. Escape closes it too and gives the focus back to the arrow.
 */
export function statementPanel() {
  const title = el("h3", { id: freshId("statement"), class: "statement__title" });
  const code = el(
    "pre",
    { class: "statement__code", tabindex: "0", "aria-labelledby": title.id },
    el("code"),
  );
  const figures = el("p", { class: "statement__figures" });
  const close = el("button", { type: "button", class: "statement__close" }, "Close");
  const node = el(
    "section",
    { class: "statement", "aria-labelledby": title.id, hidden: true },
    el("div", { class: "statement__head" }, title, close),
    code,
    figures,
  );
  let control = null;

  function show(step) {
    title.textContent = step.name;
    code.firstChild.textContent = step.detail.replace(CLAUSE, "\n");
    figures.textContent = [microseconds(step.duration_us), rows(step), placeholders(step.detail)]
      .filter(Boolean)
      .join(" · ");
  }

  function expand(opened) {
    control?.setAttribute("aria-expanded", String(opened));
    node.hidden = !opened;
  }

  function shut() {
    expand(false);
    control = null;
  }

  function shutAndReturn() {
    const last = control;
    shut();
    last?.focus();
  }

  function toggle(chosen) {
    const again = chosen.control === control;
    shut();
    if (again) return;
    control = chosen.control;
    show(chosen.step);
    expand(true);
    node.scrollIntoView({ block: "nearest" });
  }

  close.addEventListener("click", shutAndReturn);
  return { node, toggle, close: shut, closeAndReturn: shutAndReturn };
}

function placeholders(statement) {
  return statement.includes("%s") ? "values are left out: %s stands for one" : "";
}
