/** The inspector: take a token, edit it, send it, read why it was accepted or refused. */

import { send } from "./api.js";
import { countDown } from "./countdown.js";
import { el } from "./dom.js";
import { describe, tokenIn } from "./inspector/paste.js";
import { presets } from "./inspector/presets.js";
import { checkView, stepView, verdictView } from "./inspector/result.js";
import { isGone } from "./lab-user.js";
import { labTokens, ownTokens } from "./inspector/sources.js";
import { Draft } from "./inspector/token.js";
import { exactly } from "./when.js";

const { urls, strategies } = JSON.parse(document.getElementById("inspector-data").textContent);
const root = document.querySelector("[data-inspector]");
const find = (name) => root.querySelector(`[data-${name}]`);
const parts = Object.fromEntries(
  [...root.querySelectorAll("[data-part]")].map((field) => [field.dataset.part, field]),
);
const GONE =
  "The throwaway user of that token was deleted: none lives longer than an hour. " +
  "This is the token of a new one.";
const HIDDEN = "(hidden: it is live)";

const asked = [...find("checks").children];
const first = find("verdict").firstElementChild;
const changed = el("p", { class: "storage__note" }, "You changed it. Send it to have it judged.");

let held = null; // {access, refresh, strategy, end} of a token that was taken, not pasted
let draft = null;
let waiting = null; // what was pasted while another token was being judged

function open(token, { secret }) {
  draft = new Draft(token, { secret });
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
  unjudged(first);
}

function showDraft() {
  for (const [name, field] of Object.entries(parts)) field.value = visible(name);
  // A live credential stays out of the page until it is asked for.
  if (held) find("pasted").value = draft.secret ? "" : draft.token;
  find("masked").textContent = held ? masked() : describe(find("pasted").value);
  showTimes();
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

function showTimes() {
  const { exp, iat, nbf } = draft.json("payload");
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
  else if (draft.token === token) show(data);
  else unjudged(changed);
}

/** No strategy has refused a token whose throwaway user was deleted. */
function userIsGone() {
  return held?.strategy && isGone(urls.labUsers, held.username);
}

async function takeAnother() {
  await take(held.source);
  find("verdict").prepend(el("p", { class: "message" }, GONE));
}

function show({ verdict, findings, steps }) {
  find("verdict").replaceChildren(verdictView(verdict));
  find("checks").replaceChildren(...findings.map(checkView));
  find("checks").hidden = findings.length === 0;
  find("steps").hidden = steps.length === 0;
  find("steps-list").replaceChildren(...steps.map(stepView));
}

/** Take the last verdict away: it was about something else. */
function unjudged(words) {
  if (words.isConnected) return;
  find("verdict").replaceChildren(words);
  find("checks").replaceChildren(...asked);
  find("checks").hidden = Boolean(held?.strategy);
  find("steps").hidden = true;
}

/** Run one action at a time; say what went wrong where the verdict would stand. */
async function run(action) {
  if (isBusy()) return;
  root.setAttribute("aria-busy", "true");
  try {
    await action();
  } catch (error) {
    unjudged(el("p", { class: "check__reason" }, error.message));
  } finally {
    root.removeAttribute("aria-busy");
  }
  if (waiting) await run(waiting);
}

function isBusy() {
  return root.getAttribute("aria-busy") === "true";
}

async function judgePasted() {
  waiting = null;
  held = null;
  const token = tokenIn(find("pasted").value);
  if (!token) return close();
  open(token, { secret: false });
  await check();
}

/** On a narrow page the verdict stands below what was pressed. */
function reveal() {
  find("result").scrollIntoView({ block: "nearest" });
}

async function take(source) {
  held = { ...(await source()), source };
  open(held.access, { secret: true });
  await check();
}

async function forge(name) {
  reset();
  if (name === "refresh") {
    draft = new Draft(held.refresh, { secret: true });
  } else {
    await presets[name](draft, { publicKey: await publicKey() });
  }
  showDraft();
  await check();
  reveal();
}

async function publicKey() {
  const { data } = await send(urls.keys);
  const [key] = data.keys;
  return key ? (key.n ?? key.x) : null;
}

function reset() {
  const token = held ? held.access : tokenIn(find("pasted").value);
  draft = new Draft(token, { secret: draft.secret });
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
on("check", "click", async () => {
  await check();
  reveal();
});
on("undo", "click", async () => {
  reset();
  await check();
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
  if (isBusy()) waiting = judgePasted;
  else run(judgePasted);
});
for (const [name, field] of Object.entries(parts)) {
  field.addEventListener("input", () => {
    draft.edit(name, field.value);
    unjudged(changed);
    if (name === "payload") showTimes();
  });
}
for (const button of root.querySelectorAll("[data-preset]")) {
  button.addEventListener("click", () => run(() => forge(button.dataset.preset)));
}
