/** What the claims of a token mean: the page explains all, this shows those that the token has. */

export class Hints {
  /** @param {HTMLElement} root around the explanations */
  constructor(root) {
    this.known = [...root.querySelectorAll("[data-claim]")];
    this.others = root.querySelector("[data-others]");
  }

  show(payload) {
    const names = new Set(Object.keys(payload));
    for (const hint of this.known) {
      hint.hidden = !names.delete(hint.dataset.claim);
    }
    const others = [...names].map((name) => `“${name}”`).join(", ");
    this.others.hidden = !others;
    this.others.textContent = `${others}: no registered claim. What it means, its issuer has to say.`;
  }
}
