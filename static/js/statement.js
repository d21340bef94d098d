/** The panel below a diagram that shows one SQL statement in full. */

import { el, freshId } from "./dom.js";
import { microseconds } from "./format.js";
import { rows } from "./sequence.js";

const CLAUSE =
  /(?<!LEFT|INNER|OUTER) (?=(?:FROM|WHERE|VALUES|SET|RETURNING|ORDER BY|LIMIT|(?:INNER |LEFT (?:OUTER )?)?JOIN|AND)\b)/g;

/**
 * A closed panel: `toggle({step, control})` opens it for a step and closes it when that step is
 * chosen again, `close()` closes it and gives the focus back to the arrow.
 */
export function statementPanel() {
  const title = el("h3", { id: freshId("statement"), class: "statement__title" });
  const code = el(
    "pre",
    { class: "statement__code", tabindex: "0", "aria-labelledby": title.id },
    el("code"),
  );
  const figures = el("p", { class: "statement__figures" });
  const closer = el(
    "button",
    { type: "button", class: "button button--quiet button--small" },
    "Close",
  );
  const node = el(
    "section",
    { class: "statement", "aria-labelledby": title.id, hidden: true },
    el("div", { class: "statement__head" }, title, closer),
    code,
    figures,
  );
  let open = null;

  function show(step) {
    title.textContent = step.name;
    code.firstChild.textContent = step.detail.replaceAll(CLAUSE, "\n");
    figures.textContent = [microseconds(step.duration_us), rows(step), placeholders(step.detail)]
      .filter(Boolean)
      .join(" · ");
  }

  function expand(opened) {
    open?.control.setAttribute("aria-expanded", String(opened));
    node.hidden = !opened;
  }

  function shut() {
    expand(false);
    open = null;
  }

  function close() {
    const last = open;
    shut();
    last?.control.focus();
  }

  function toggle(chosen) {
    const again = chosen.step === open?.step;
    shut();
    if (again) return;
    open = { ...chosen };
    show(chosen.step);
    expand(true);
    node.scrollIntoView({ block: "nearest" });
  }

  /** The diagram was drawn anew: the open statement belongs to another element now. */
  function follow(find) {
    if (!open) return;
    open.control = find(open.step);
    expand(true);
  }

  closer.addEventListener("click", close);
  return { node, toggle, close, follow };
}

function placeholders(statement) {
  return statement.includes("%s") ? "values are left out: %s stands for one" : "";
}
