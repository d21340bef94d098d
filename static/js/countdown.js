/** Times that run out while one looks at them, by the server's clock. */

import { duration } from "./format.js";

const watched = new Set();
let skew = 0;
let timer = null;

/** Learn the server's clock from an answer's Date header; it has whole seconds. */
export function learnClock(dateHeader) {
  const server = Date.parse(dateHeader ?? "");
  if (Number.isNaN(server)) return;
  const difference = (server - Date.now()) / 1000;
  skew = Math.abs(difference) < 2 ? 0 : difference;
}

/** Seconds until a Unix time, negative once it has passed. */
function secondsUntil(unix) {
  return unix - (Date.now() / 1000 + skew);
}

/**
 * Keep the text of `node` at `words(left)`, where `left` is `4 min 12 s` or null once expired.
 * A node that has left the page is forgotten.
 */
export function countDown(node, expires, words) {
  const watch = { node, expires, words, placed: false };
  watched.add(watch);
  show(watch);
  timer ??= setInterval(tick, 1000);
  return node;
}

function show({ node, expires, words }) {
  const left = secondsUntil(expires);
  const text = words(left > 0 ? duration(left) : null);
  if (node.textContent !== text) node.textContent = text;
  return left > 0;
}

function tick() {
  for (const watch of watched) {
    const running = show(watch);
    const gone = watch.placed && !watch.node.isConnected;
    watch.placed ||= watch.node.isConnected;
    if (gone || !running) watched.delete(watch);
  }
  if (watched.size === 0) {
    clearInterval(timer);
    timer = null;
  }
}
