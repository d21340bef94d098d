/**
 * A request as a sequence diagram: Browser – Django – Database, every arrow from the trace. Below
 * it a panel for the statements, and the same in words.
 */

import { el, freshId, svg } from "./dom.js";
import { messages, sentences } from "./sequence.js";
import { Sheet } from "./sheet.js";
import { statementPanel } from "./statement.js";

const WIDTH = 576;

/** The SVG alone. Fires `statement` (bubbling, `detail: {step, control}`) when one is chosen. */
function drawSequence(trace, family, options) {
  const list = messages(trace, options);
  const sheet = new Sheet(options.width);
  list.forEach((message) => sheet.place(message));
  const [title, description] = [freshId("sequence"), freshId("sequence")];
  const { width, height } = sheet;
  return svg(
    "svg",
    {
      class: `sequence sequence--${family}`,
      role: "group",
      "aria-labelledby": title,
      "aria-describedby": description,
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
    },
    svg("title", { id: title }, `What the server did for ${list[0].text}`),
    svg("desc", { id: description }, sentences(list).join(" ")),
    sheet.lifelines(list[0].sender),
    sheet.bar(),
    ...sheet.drawn,
  );
}

/**
 * One trace in a figure, redrawn to the width it gets.
 *
 * @param {object} trace as the lab's API gives it
 * @param {"session"|"jwt"|"opaque"} family decides the colour
 * @param {{sender?: string, answer?: string, width?: number}} options who sends (`Browser`), what
 *   the response held, and the width in CSS pixels to begin with
 * @returns {HTMLElement}
 */
export function sequenceFigure(trace, family, options = {}) {
  const canvas = el("div", { class: "diagram__canvas" });
  const panel = statementPanel();
  canvas.addEventListener("statement", ({ detail }) => panel.toggle(detail));
  followWidth(canvas, options.width ?? WIDTH, (width) => {
    canvas.replaceChildren(drawSequence(trace, family, { ...options, width }));
    const buttons = [...canvas.querySelectorAll("[role=button]")];
    const statements = trace.steps.filter(({ kind }) => kind === "sql");
    const place = (step) => statements.findIndex(({ start_us: start }) => start === step.start_us);
    panel.follow((step) => buttons[place(step)]);
  });
  const words = sentences(messages(trace, options)).map((text) => el("li", {}, text));
  const figure = el(
    "figure",
    { class: `diagram diagram--${family}` },
    canvas,
    hint(trace),
    panel.node,
    el("ol", { class: "quiet" }, ...words),
  );
  figure.addEventListener("keydown", ({ key }) => key === "Escape" && panel.close());
  return figure;
}

function hint({ steps }) {
  const opens = steps.some(({ kind }) => kind === "sql")
    ? " Click an arrow to the database to see its SQL."
    : "";
  return el("figcaption", { class: "diagram__hint" }, `The times are those of this one request.${opens}`);
}

function followWidth(node, guess, draw) {
  let drawn = guess;
  draw(guess);
  new ResizeObserver(([{ contentRect }]) => {
    const width = Math.floor(contentRect.width);
    if (width === drawn || width === 0) return;
    drawn = width;
    node.classList.add("diagram__canvas--still");
    draw(width);
  }).observe(node);
}
