/** The drawing of a sequence: where lifelines stand, and one shape for each kind of message. */

import { svg } from "./dom.js";
import { microseconds } from "./format.js";
import { rows } from "./sequence.js";

const NARROW = 480;
const SIZE = 15; // of the text: it is there to be read
const GLYPH = 9.06; // how wide one character of it is
const LINE = 19;
const LOOP = 16; // how high the loop of what Django does by itself is
const GAP = 16;
const HEAD = 44;
const BAR = 8;

/** Where sender, Django and database stand, as shares of the width. */
const PLACES = { wide: [0.135, 0.5, 0.865], narrow: [0.11, 0.34, 0.87] };

/** One drawing in progress; `y` is how far down it has come. Everything in CSS pixels. */
export class Sheet {
  constructor(width) {
    const places = PLACES[width < NARROW ? "narrow" : "wide"];
    const [sender, django, database] = places.map((share) => Math.round(width * share));
    Object.assign(this, { width, sender, django, database, y: HEAD, drawn: [] });
  }

  /** The height that everything drawn needs. */
  get height() {
    return this.y + GAP;
  }

  /** Draw a message below the last one. */
  place(message) {
    const shapes = {
      request: this.request,
      response: this.response,
      sql: this.query,
      note: this.note,
    };
    const group = (shapes[message.kind] ?? this.work).call(this, message);
    group.style.setProperty("--order", this.drawn.length);
    this.drawn.push(group);
  }

  /** The names on top and the dotted lines below them. */
  lifelines(sender) {
    const lanes = [
      [sender, this.sender],
      ["Django", this.django],
      ["Database", this.database],
    ];
    return svg(
      "g",
      { "aria-hidden": "true" },
      ...lanes.flatMap(([name, x]) => [
        svg(
          "text",
          {
            class: `sequence__lane sequence__lane--${name.toLowerCase()}`,
            x,
            y: 26,
            "text-anchor": "middle",
            "font-size": SIZE,
          },
          name,
        ),
        svg("path", { class: "sequence__lifeline", d: `M${x} ${HEAD - 8} V${this.height - 6}` }),
      ]),
    );
  }

  /** While Django works on the request. */
  bar() {
    return svg("rect", {
      class: "sequence__bar",
      x: this.django - BAR / 2,
      y: this.started,
      width: BAR,
      height: this.ended - this.started,
      "aria-hidden": "true",
    });
  }

  request({ text, credential }) {
    const lines = [
      ...this.fromSender(text),
      ...this.fromSender(credential, "sequence__text--muted"),
    ];
    this.y += 8;
    this.started = this.y;
    return messageGroup([...lines, this.arrow(this.sender, this.django - BAR / 2)]);
  }

  /** The answer stands above its arrow, or below where it would cross the bar. */
  response({ text, good }) {
    const fits = this.sender + 10 + text.length * GLYPH < this.django - BAR;
    this.y += GAP;
    const above = fits ? this.fromSender(text) : [];
    this.y += fits ? 8 : 0;
    this.ended = this.y;
    const arrow = this.arrow(this.django, this.sender, `sequence__line--${good ? "ok" : "bad"}`);
    this.y += fits ? 0 : 4;
    return messageGroup([...above, arrow, ...(fits ? [] : this.fromSender(text))]);
  }

  /** A statement and its return: a button, because its full text can be asked for. */
  query(step) {
    this.y += GAP - 4;
    const [top, near, x] = [this.y, this.django + BAR / 2, this.django + 12];
    const figures = [microseconds(step.duration_us), rows(step)].filter(Boolean).join(", ");
    const lines = wrap(step.text, this.room(x, this.database));
    const label = lines.map((line) => this.text(x, line));
    label.push(this.opens(x + lines.at(-1).length * GLYPH + 11));
    this.y += 7;
    const there = this.arrow(near, this.database);
    this.y += 3;
    const time = this.text(x, figures, "sequence__text--muted");
    this.y += 7;
    const back = this.arrow(this.database, near, "sequence__line--dashed");
    this.y += 5;
    return this.button(step, top, [...label, there, time, back]);
  }

  /** Something that Django did by itself. */
  work(step) {
    this.y += GAP;
    const [left, right, top] = [this.django + BAR / 2 + 1, this.django + 32, this.y];
    this.y -= LINE - LOOP + 3;
    const words = `${step.text}  ${microseconds(step.duration_us)}`;
    const lines = wrap(words, this.room(right + 8));
    const text = lines.map((line) => this.text(right + 8, line));
    this.y = top + LOOP + (lines.length - 1) * LINE;
    const path = `M${left} ${top} H${right} V${this.y} H${left} ${head(left, this.y, -1)}`;
    return messageGroup([svg("path", { class: "sequence__line", d: path }), ...text]);
  }

  note({ text }) {
    this.y += GAP - 4;
    const x = this.django + 12;
    return messageGroup(wrap(text, this.room(x)).map((line) => this.text(x, line)));
  }

  fromSender(words, style) {
    const x = this.sender + 10;
    return wrap(words, this.room(x)).map((line) => this.text(x, line, style));
  }

  /** A line of text on the next line; a word that is longer is cut where the drawing ends. */
  text(x, words, style = "") {
    this.y += LINE;
    const room = this.room(x);
    const cut = words.length > room ? `${words.slice(0, room - 1)}…` : words;
    const place = { x, y: this.y, "font-size": SIZE };
    return svg("text", { class: `sequence__text ${style}`.trim(), ...place }, cut);
  }

  /** How many characters fit from `x` to the edge, or to the database's line. */
  room(x, edge = this.width) {
    return Math.floor((edge - x - 4) / GLYPH);
  }

  /** The sign that an arrow can be opened. */
  opens(x) {
    return svg("path", { class: "sequence__opens", d: `M${x - 4} ${this.y - 6} h8 l-4 5 z` });
  }

  arrow(from, to, style = "") {
    return svg(
      "g",
      { class: `sequence__line ${style}`.trim() },
      svg("path", { class: "sequence__shaft", d: `M${from} ${this.y} H${to}` }),
      svg("path", { d: head(to, this.y, Math.sign(to - from)) }),
    );
  }

  button(step, top, parts) {
    const left = this.django + 6;
    const size = { x: left, y: top, width: this.width - left - 4, height: this.y - top + 4, rx: 6 };
    const group = svg(
      "g",
      {
        class: "sequence__message sequence__query",
        role: "button",
        tabindex: "0",
        "aria-expanded": "false",
        "aria-label": `${step.text}, ${microseconds(step.duration_us)}: the whole statement`,
      },
      svg("rect", { class: "sequence__area", ...size }),
      ...parts,
    );
    onActivate(group, () => {
      const detail = { step, control: group };
      group.dispatchEvent(new CustomEvent("statement", { bubbles: true, detail }));
    });
    return group;
  }
}

function messageGroup(parts) {
  return svg("g", { class: "sequence__message", "aria-hidden": "true" }, ...parts);
}

/** An arrow head that points left (-1) or right (1). */
function head(x, y, direction) {
  const back = x - direction * 6;
  return `M${back} ${y - 4} L${x} ${y} L${back} ${y + 4}`;
}

/** Lines of at most `room` characters. A number keeps its unit; a long path or name is broken, too. */
function wrap(words, room) {
  const lines = [""];
  const whole = words.split(/(?<= )(?!(?<=\d )[a-zµ])/i);
  const pieces = whole.flatMap((one) => (one.trimEnd().length > room ? one.split(/(?<=[/_])/) : one));
  for (const piece of pieces) {
    const longer = lines.at(-1) + piece;
    if (longer.trimEnd().length <= room) lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines.map((line) => line.trimEnd()).filter(Boolean);
}

function onActivate(node, act) {
  node.addEventListener("click", act);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  });
}
