/** A pupil's page: it follows the class, and sends a vote until it has arrived. */

import { send } from "../api.js";
import { Follower, roomData } from "./follow.js";

class Pupil {
  constructor(data) {
    Object.assign(this, { url: data.vote, waiting: null });
    document.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-answer]");
      if (button) this.choose(button);
    });
    this.follower = new Follower(data, () => this.again());
  }

  choose(button) {
    const { step, round } = this.follower.now.dataset;
    this.waiting = { step: Number(step), round: Number(round), answer: Number(button.dataset.answer) };
    for (const each of document.querySelectorAll("[data-answer]")) {
      each.setAttribute("aria-pressed", String(each === button));
    }
    this.cast();
  }

  /** After each answer to a question of where the class is: what did not arrive is sent again. */
  again() {
    if (this.waiting) this.cast();
  }

  async cast() {
    const vote = this.waiting;
    this.say("Sending your vote …");
    try {
      const { status } = await send(this.url, { method: "POST", body: vote });
      if (this.waiting === vote) this.waiting = null;
      if (status === 200) this.say("Your vote is in. You can change it until the vote is closed.");
      else await this.follower.renew(); // closed meanwhile: the page says what counted
    } catch (error) {
      if (error.kind === "offline") this.say("Your vote has not arrived yet. It is sent again by itself.");
      else this.fail(error.message);
    }
  }

  fail(message) {
    this.waiting = null;
    this.say(message);
  }

  say(words) {
    const node = document.querySelector("[data-said]");
    if (node) node.textContent = words;
  }
}

new Pupil(roomData());
