/** Buttons that copy a text: `<button data-copy="text" hidden><span data-copy-words>`. */

const FEEDBACK = 2000;

/** Show and wire every such button; `say` gets the words for a screen reader. */
export function copyButtons(say, root = document) {
  if (!navigator.clipboard) return; // only there on secure origins; the text can be selected
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
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
