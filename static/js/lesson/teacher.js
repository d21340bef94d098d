/** The projector and the teacher's notes: they follow the class, and lead it by keys and buttons. */

import { send } from "../api.js";
import { Follower, roomData } from "./follow.js";

const FORWARD = ["ArrowRight", "PageDown", " "];
const BACK = ["ArrowLeft", "PageUp"];
const ABSOLUTE = ["jump", "end"]; // they mean the same wherever the class is
const TYPES = "input, select, textarea, [contenteditable]";

class Teacher {
  constructor(data) {
    Object.assign(this, { url: data.move, run: data.run });
    this.follower = new Follower(data, ({ votes }) => this.count(votes));
    document.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-go]");
      if (button) this.go(button);
    });
    this.listen(document);
    // A click into the run takes the keyboard with it: the keys go on working there.
    document.addEventListener("load", ({ target }) => this.framed(target), true);
    this.framed(document.querySelector("iframe"));
    addEventListener("message", (event) => this.hear(event));
    setInterval(() => this.tick(), 1000);
    this.tick();
  }

  framed(frame) {
    if (frame?.tagName === "IFRAME" && frame.contentDocument) this.listen(frame.contentDocument);
  }

  listen(page) {
    page.addEventListener("keydown", (event) => this.press(event));
  }

  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
    if (event.target.closest?.(TYPES)) return;
    if (event.key === " " && event.target.closest?.("button, a, summary")) return; // that is pressed
    const isForward = FORWARD.includes(event.key);
    if (!isForward && !BACK.includes(event.key)) return;
    const button = document.querySelector(`[data-go="${isForward ? "next" : "back"}"]`);
    if (!button) return;
    event.preventDefault();
    if (!event.repeat) this.go(button);
  }

  async go(button) {
    const { go, step, phase } = button.dataset;
    if (button.disabled) return;
    if (go === "end" && !confirm("End the lesson for everybody?")) return;
    try {
      const move = { step: Number(step), phase };
      // Where another window was faster, or this key, a step on or back is not taken twice.
      if ((await this.move(move)) === 409 && ABSOLUTE.includes(go)) await this.move(move);
      this.tick();
    } catch (error) {
      this.follower.say(error.message);
    }
  }

  /** Send a move from where this window believes the class to be, and show where it is then. */
  async move(place) {
    const version = Number(this.follower.now.dataset.version);
    const { status } = await send(this.url, { method: "POST", body: { version, ...place } });
    await this.follower.renew();
    return status;
  }

  /** The page in the frame says what was played in it: the room keeps it for the handout. */
  async hear({ origin, source, data }) {
    const isOurs = origin === location.origin && source === document.querySelector("iframe")?.contentWindow;
    if (!isOurs || !data.played || !document.querySelector("[data-go]")) return;
    const body = { step: Number(this.follower.now.dataset.step), ...data.played };
    try {
      await send(this.run, { method: "POST", body });
    } catch {
      // The handout then has what was recorded.
    }
  }

  count(votes) {
    for (const node of document.querySelectorAll("[data-votes]")) node.textContent = votes;
  }

  tick() {
    for (const clock of document.querySelectorAll(".clock")) {
      const { since, minutes } = clock.dataset;
      const spent = since ? Math.max(0, Date.now() - Date.parse(since)) / 1000 : 0; // seconds
      clock.textContent = since ? `${inMinutes(spent)} of ${minutes}:00` : `It is ${timeOfDay()}`;
      clock.toggleAttribute("data-late", spent > minutes * 60);
    }
  }
}

function inMinutes(seconds) {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
}

function timeOfDay() {
  return new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

new Teacher(roomData());
