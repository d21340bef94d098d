/** How far the four steps have come. */

export class Progress {
  /** @param {HTMLElement} node holds an item for each step */
  constructor(node) {
    this.items = [...node.querySelectorAll("[data-step]")];
  }

  /** @param {number} done how many steps both lanes have done */
  show(done) {
    this.items.forEach((item, index) => {
      item.dataset.state = stateOf(index, done);
      item.querySelector("[data-done]").hidden = index >= done;
      if (index === done) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
  }
}

function stateOf(index, done) {
  if (index < done) return "done";
  return index === done ? "next" : "later";
}
