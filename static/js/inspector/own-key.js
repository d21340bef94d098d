/** The form that checks a token's signature with the visitor's own key. It sends nothing. */

import { el } from "../dom.js";
import { exactly } from "../when.js";
import { KeyProblem } from "./key.js";
import { verify } from "./verify.js";

const REVOKED = "Whether it was revoked, only its issuer knows.";

export class OwnKey {
  /**
   * @param {HTMLDetailsElement} root
   * @param {() => import("./token.js").Draft} draft gives the token as it stands now
   */
  constructor(root, draft) {
    const find = (name) => root.querySelector(`[data-${name}]`);
    Object.assign(this, { root, draft, key: find("key"), encoded: find("key-encoded") });
    this.said = find("key-verdict");
    const form = find("key-form");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.check();
    });
    form.addEventListener("input", () => this.forget());
  }

  /** What was said is about another token or another key. */
  forget() {
    this.said.replaceChildren();
  }

  open() {
    this.root.open = true;
  }

  async check() {
    const draft = this.draft();
    try {
      const found = await verify(draft, this.key.value, { encoded: this.encoded.checked });
      this.said.replaceChildren(...verdictViews(found, draft.json("payload")));
    } catch (error) {
      if (!(error instanceof KeyProblem)) throw error;
      this.said.replaceChildren(view("warn", "not checked", error.message));
    }
    this.said.scrollIntoView({ block: "nearest" }); // on a telephone the server's verdict lies over it
  }
}

function verdictViews({ genuine, alg, warning }, payload) {
  const words = genuine
    ? `Made with this key, by ${alg}. ${timesOf(payload)} ${REVOKED}`
    : `Not made with this key over these bytes, by ${alg}.`;
  const views = [view(genuine ? "ok" : "bad", genuine ? "genuine" : "not genuine", words)];
  return warning ? [...views, view("warn", "weak key", warning)] : views;
}

function timesOf({ exp, nbf }) {
  const now = Date.now() / 1000;
  if (!exactly(exp)) return "It has no exp, so it never expires.";
  if (exp <= now) return `It expired ${exactly(exp)}.`;
  return nbf > now ? `It is not valid before ${exactly(nbf)}.` : `It expires ${exactly(exp)}.`;
}

function view(tone, badge, words) {
  const shown = el("span", { class: `badge badge--${tone}` }, badge);
  return el("p", { class: "verdict" }, shown, el("span", {}, words));
}
