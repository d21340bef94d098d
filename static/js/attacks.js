/** The pages of the attacks: begin a play in the theatre, and remember in this browser what is solved. */

import { ApiError, send } from "./api.js";
import { isEmbedded, keepInLesson } from "./embedded.js";
import { attacks, exercises } from "./solved.js";

/** Whether this browser finds the shop: not each knows `*.localhost`. */
function finds(url) {
  return new Promise((resolve) => {
    const picture = new Image();
    picture.addEventListener("load", () => resolve(true));
    picture.addEventListener("error", () => resolve(false));
    picture.src = url;
  });
}

class Begin {
  constructor(form, { attack, playsUrl, ask }) {
    Object.assign(this, { form, attack, url: playsUrl });
    this.problem = form.querySelector("[data-problem]");
    this.buttons = [...form.querySelectorAll("button")];
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.begin(event.submitter?.value);
    });
    this.askFor(ask);
  }

  async askFor(picture) {
    if (await finds(picture)) return this.enable(true);
    this.say("This browser does not find shop.localhost. Try Chromium, Firefox or Edge on the machine that the server runs on.");
  }

  async begin(pace) {
    const defences = new FormData(this.form).getAll("defence");
    this.enable(false);
    try {
      const part = new FormData(this.form).get("part") ?? "";
      const body = { attack: this.attack, part, defences };
      const { status, data } = await send(this.url, { method: "POST", body });
      if (status !== 201) throw new ApiError("refused", data?.detail ?? "The server refused to begin.");
      keepInLesson({ link: data.url });
      this.enter(`${data.start}${pace === "auto" ? "#auto" : ""}`);
    } catch (error) {
      this.say(error.message);
      this.enable(true);
    }
  }

  /** The theatre lets nobody frame it: from a lesson's frame it is entered in a tab of its own. */
  enter(url) {
    if (!isEmbedded) return location.assign(url);
    this.enable(true);
    if (!open(url)) this.say("Your browser opens no new tab here. Open this page in a tab of its own first.");
  }

  enable(on) {
    for (const button of this.buttons) button.disabled = !on;
  }

  say(words) {
    this.problem.textContent = words;
    this.problem.hidden = false;
  }
}

// A page that the browser took out of its memory has its buttons as they were left.
addEventListener("pageshow", (event) => event.persisted && location.reload());
const result = document.querySelector("[data-result]");
if (result?.dataset.solved) attacks.add(result.dataset.attack);
attacks.show("attack");
exercises.show("exercise");
const form = document.querySelector("[data-play]");
if (form) new Begin(form, JSON.parse(document.getElementById("attack-data").textContent));
