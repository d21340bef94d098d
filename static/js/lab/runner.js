/** Plays cells of the matrix, a few at once. Nothing goes on that nobody asks for. */

import { ApiError, send } from "../api.js";

const AT_ONCE = 3;

/**
 * Play cells one request each, until all are done or `signal` says stop.
 *
 * @param {string} url of the API
 * @param {{strategy: string, event: string}[]} cells
 * @param {{began: Function, ended: Function, left: Function}} listener called with a cell, and with
 *   its answer once there is one; `left` says that a cell was begun and got no answer
 * @param {AbortSignal} signal
 * @throws {ApiError} the first that happens; it ends the whole run
 */
export async function playAll(url, cells, listener, signal) {
  const queue = [...cells];
  const failed = new AbortController();
  const stop = any(signal, failed.signal);
  const batch = randomId();

  async function next() {
    const cell = queue.shift();
    listener.began(cell);
    try {
      listener.ended(cell, await play(url, { ...cell, batch }, stop));
    } catch (error) {
      listener.left(cell);
      if (stop.aborted) return;
      failed.abort();
      throw error;
    }
  }

  async function work() {
    while (queue.length && !stop.aborted) await next();
  }

  await next(); // alone: its answer tells this browser which visitor it is
  const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  const broken = results.find(({ status }) => status === "rejected");
  if (broken) throw broken.reason;
}

async function play(url, { strategy, event, batch }, signal) {
  const body = { strategy, event, batch };
  const { status, data } = await send(url, { method: "POST", body, signal });
  if (status === 201) return data;
  const words = `The server would not play this cell: ${data?.detail ?? `it answered ${status}`}`;
  throw new ApiError("refused", words, { status });
}

/** A signal that follows the first of two. */
function any(first, second) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const signal of [first, second]) {
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
  }
  return controller.signal;
}

/** A version 4 UUID. `crypto.randomUUID` exists only on secure origins; this works on all. */
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
