/** Buttons that copy a text: `<button data-copy="text" hidden><span data-copy-words>`. */

import { el } from "./dom.js";

const FEEDBACK = 2000;

/** Show and wire every such button; `say` gets the words for a screen reader. */
export function copyButtons(say, root = document) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button, say));
  }
}

async function copy(button, say) {
  const words = button.querySelector("[data-copy-words]");
  words.dataset.before ??= words.textContent;
  const done = await written(button.dataset.copy);
  words.textContent = done ? "Copied" : "Not allowed";
  say(done ? "Copied." : "The browser did not allow copying.");
  setTimeout(() => {
    words.textContent = words.dataset.before;
  }, FEEDBACK);
}

async function written(text) {
  if (!navigator.clipboard) return writtenByCommand(text); // it is there on secure origins alone
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** The old way, which copies what is selected, and works over plain http too. */
function writtenByCommand(text) {
  const focused = document.activeElement;
  const field = el("textarea", { class: "quiet", readonly: true, "aria-hidden": "true" }, text);
  focused.after(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused.focus();
  return done;
}
