/** The list of the lessons: how far this browser's visitor has come in each. */

import { Kept } from "./lesson/kept.js";

for (const line of document.querySelectorAll("[data-done]")) {
  const { done: slug, steps } = line.dataset;
  const { length } = new Kept(slug).state.seen;
  if (length) line.textContent = length < steps ? `${length} of ${steps} steps done` : "✓ done";
}
