/** The inspector: take a token, edit it, send it, read why it was accepted or refused. */

import { send } from "./api.js";
import { countDown } from "./countdown.js";
import { el } from "./dom.js";
import { Hints } from "./inspector/hints.js";
import { OwnKey } from "./inspector/own-key.js";
import { Panel } from "./inspector/panel.js";
import { describe, tokenIn } from "./inspector/paste.js";
import { presets } from "./inspector/presets.js";
import { labTokens, ownTokens } from "./inspector/sources.js";
import { Draft } from "./inspector/token.js";
import { isGone } from "./lab-user.js";
import { exactly } from "./when.js";

const { issuer, urls, strategies } = JSON.parse(
  document.getElementById("inspector-data").textContent,
);
const root = document.querySelector("[data-inspector]");
const find = (name) => root.querySelector(`[data-${name}]`);
const parts = Object.fromEntries(
  [...root.querySelectorAll("[data-part]")].map((field) => [field.dataset.part, field]),
);
const GONE =
  "The throwaway user of that token was deleted: none lives longer than an hour. " +
  "This is the token of a new one.";
const HIDDEN = "(hidden: it is live)";

const panel = new Panel(find("result"));
const hints = new Hints(find("hints-fold"));
const ownKey = new OwnKey(find("own-key"), () => draft);
const changed = el("p", {}, "You changed it. Send it to have it judged.");
const elsewhere = el(
  "p",
  {},
  "Not sent, for it does not name this site as its issuer. ",
  el("a", { href: "#own-key" }, "Check its signature with your own key"),
  ", which stays in this page, or send it to see where this server refuses it.",
);

let held = null; // {access, refresh, strategy, end} of a token that was taken, not pasted
let draft = null;
let forgery = null; // {title, hope, note} of the one that made the draft
let waiting = null; // what was pasted while another token was being judged

function open(token, { secret }) {
  draft = new Draft(token, { secret });
  forgery = null;
  find("parts").hidden = false;
  find("show").hidden = !secret;
  find("end").hidden = !held?.end;
  root.querySelector('[data-preset="refresh"]').disabled = !held?.refresh;
  showDraft();
}

function close() {
  draft = null;
  for (const name of ["parts", "show"]) find(name).hidden = true;
  find("masked").textContent = describe("");
  panel.unjudged();
}

function showDraft() {
  for (const [name, field] of Object.entries(parts)) field.value = visible(name);
  // A live credential stays out of the page until it is asked for.
  if (held) find("pasted").value = draft.secret ? "" : draft.token;
  find("masked").textContent = held ? masked() : describe(find("pasted").value);
  showClaims();
}

function visible(name) {
  const untouched = draft.texts.signature === draft.original.signature;
  const hide = name === "signature" && draft.secret && untouched && draft.texts.signature;
  return hide ? HIDDEN : draft.texts[name];
}

function masked() {
  const whose = held.strategy ? "A throwaway user's" : "Yours";
  const short = draft.token
    .split(".")
    .map((part) => `${part.slice(0, 4)}…`)
    .join(".");
  return `${whose}: ${short}`;
}

function showClaims() {
  const payload = draft.json("payload");
  hints.show(payload);
  ownKey.forget();
  showTimes(payload);
}

function showTimes({ exp, iat, nbf }) {
  const line = find("times");
  line.replaceChildren();
  if (exactly(iat)) line.append(`Issued ${exactly(iat)}. `);
  if (exactly(nbf)) line.append(`Not before ${exactly(nbf)}. `);
  const end = exactly(exp);
  if (!end) return;
  const words = (left) => (left ? `Expires ${end}, in ${left}.` : `Expired ${end}.`);
  line.append(countDown(el("span"), exp, words));
}

async function check() {
  const token = draft.token;
  const body = { token };
  if (held?.strategy) body.strategy = held.strategy;
  const { status, data } = await send(urls.inspect, { method: "POST", body });
  if (status !== 200) throw new Error(Object.values(data).flat().join(" "));
  if (!data.verdict.accepted && (await userIsGone())) await takeAnother();
  else if (draft.token === token) panel.judged(data, tried());
  else panel.unjudged(changed);
}

/** No strategy has refused a token whose throwaway user was deleted. */
function userIsGone() {
  return held?.strategy && isGone(urls.labUsers, held.username);
}

async function takeAnother() {
  await take(held.source);
  panel.note(GONE);
}

/** What was done to the token before it was sent, and what it relies on. */
function tried() {
  const changes = draft.changes();
  if (forgery?.note) changes.push(forgery.note);
  if (!changes.length) return null;
  const title = el("b", {}, forgery?.title ?? "Changed");
  const hope = forgery ? ` ${forgery.hope}` : "";
  return el("p", { class: "inspector__tried" }, title, `: ${changes.join("; ")}.${hope}`);
}

/** Run one action at a time; say what went wrong where the verdict would stand. */
async function run(action) {
  if (isBusy()) return;
  root.setAttribute("aria-busy", "true");
  try {
    await action();
  } catch (error) {
    panel.unjudged(el("p", { class: "check__reason" }, error.message));
  } finally {
    root.removeAttribute("aria-busy");
  }
  if (waiting) await run(waiting);
}

function isBusy() {
  return root.getAttribute("aria-busy") === "true";
}

async function takePasted() {
  waiting = null;
  held = null;
  const token = tokenIn(find("pasted").value);
  if (!token) return close();
  open(token, { secret: false });
  await checkOurs();
}

/** Only a token that names this site is sent without being asked to. */
async function checkOurs() {
  if (held || draft.json("payload").iss === issuer) return check();
  panel.unjudged(elsewhere);
  ownKey.open();
}

async function take(source) {
  held = { ...(await source()), source };
  open(held.access, { secret: true });
  await check();
}

async function forge({ name, title, hope }) {
  reset();
  let note = null;
  if (name === "refresh") {
    draft = new Draft(held.refresh, { secret: true });
    note = "the refresh token was sent in its place";
  } else {
    note = await presets[name](draft, publicKey);
  }
  forgery = { title, hope, note };
  showDraft();
  await checkOurs();
}

async function publicKey() {
  const { data } = await send(urls.keys);
  const [key] = data.keys;
  return key ? (key.n ?? key.x) : null;
}

function reset() {
  const token = held ? held.access : tokenIn(find("pasted").value);
  draft = new Draft(token, { secret: draft.secret });
  forgery = null;
  showDraft();
}

function on(name, event, action) {
  find(name)?.addEventListener(event, () => run(action));
}

on("own", "click", () => take(() => ownTokens(urls)));
on("lab", "click", () => {
  const slug = find("strategy").value;
  return take(() => labTokens(urls, slug, strategies[slug]));
});
on("check-token", "click", check);
on("undo", "click", () => {
  reset();
  return checkOurs();
});
on("end", "click", async () => {
  if (await userIsGone()) return takeAnother();
  await held.end();
  find("end").hidden = true;
  return check();
});
find("show").addEventListener("click", () => {
  draft.secret = false;
  find("show").hidden = true;
  showDraft();
});
find("pasted").addEventListener("input", () => {
  if (isBusy()) waiting = takePasted;
  else run(takePasted);
});
for (const [name, field] of Object.entries(parts)) {
  field.addEventListener("input", () => {
    draft.edit(name, field.value);
    forgery = null;
    panel.unjudged(changed);
    showClaims();
  });
}
for (const button of root.querySelectorAll("[data-preset]")) {
  const hope = document.getElementById(button.getAttribute("aria-describedby")).textContent;
  const preset = { name: button.dataset.preset, title: button.textContent, hope };
  button.addEventListener("click", () => run(() => forge(preset)));
}
