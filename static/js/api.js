/** Talk JSON to this site's API. */

import { learnClock } from "./countdown.js";
import { duration } from "./format.js";

/**
 * A request that got no usable answer. The message says what to do next.
 * `kind` is offline, throttled, forbidden, refused, away or server; `retryAfter` is in seconds or null.
 */
export class ApiError extends Error {
  constructor(kind, message, { status = 0, retryAfter = null } = {}) {
    super(message);
    Object.assign(this, { kind, status, retryAfter });
  }
}

/**
 * Send a request and give `{status, data}`. A refusal (400, 401, 404 …) is an answer.
 *
 * @param {string} path on this site
 * @param {{method?: string, body?: object, bearer?: string, key?: ProofKey, signal?: AbortSignal}} options
 *   key: signs a proof for the request, to whose key the bearer token is bound
 * @throws {ApiError}
 */
export async function send(path, options = {}) {
  const response = await ask(path, options);
  return { status: response.status, data: await read(response) };
}

/**
 * Send a request whose answer is one line of JSON after the other, and give each as it arrives.
 * Takes what `send` takes; whoever aborts its signal ends the request. While the server answers
 * 202, it is asked again, and `queued` is called with the place in the line.
 *
 * @throws {ApiError}
 */
export async function* sendForLines(path, { queued, ...options }) {
  let response = await ask(path, options);
  while (response.status === 202) {
    const { place } = await read(response);
    queued(place);
    await pause(Number(response.headers.get("Retry-After")), options.signal);
    response = await ask(path, options);
  }
  if (!response.ok) throw refused(response.status, await read(response));
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks(response.body.getReader())) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop();
    yield* lines.map((line) => JSON.parse(line));
  }
}

/** Let some seconds pass; an abort ends the wait with its error. */
function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function* chunks(reader) {
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("offline", "The server stopped answering. Check that it runs, then try again.");
  }
}

function refused(status, data) {
  const words = data?.detail ?? `it answered ${status}`;
  return new ApiError("refused", `The server would not do it: ${words}`, { status });
}

async function ask(path, { method = "GET", body, bearer, key, signal }) {
  const response = await reach(path, {
    method,
    signal,
    headers: { ...headers(method, body), ...(await credential(path, method, { bearer, key })) },
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "same-origin",
    cache: "no-store",
  });
  learnClock(response.headers.get("Date"));
  key?.learn(response.headers.get("DPoP-Nonce"));
  refuseFailures(response);
  return response;
}

function headers(method, body) {
  const found = { Accept: "application/json" };
  if (method !== "GET") found["X-CSRFToken"] = csrfToken();
  if (body !== undefined) found["Content-Type"] = "application/json";
  return found;
}

async function credential(path, method, { bearer, key }) {
  const found = bearer ? { Authorization: `${key ? "DPoP" : "Bearer"} ${bearer}` } : {};
  return key ? { ...found, DPoP: await key.proof(method, path, bearer) } : found;
}

function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("offline", "The server did not answer. Check that it runs, then try again.");
  }
}

function refuseFailures({ status, headers: found }) {
  if (status === 429) throw throttled(Number.parseInt(found.get("Retry-After") ?? "", 10));
  if (status === 403) {
    const words = "This page has gone stale, or cookies are blocked. Reload it and start again.";
    throw new ApiError("forbidden", words, { status });
  }
  if (status === 503) {
    const words = "The server's database does not answer, or has too much to do. Try again in a moment.";
    throw new ApiError("away", words, { status });
  }
  if (status >= 500) {
    const words = `The server failed with ${status}. Try again; its log says why.`;
    throw new ApiError("server", words, { status });
  }
}

function throttled(seconds) {
  const known = Number.isFinite(seconds);
  const when = known ? `in ${duration(seconds)}` : "in a minute";
  return new ApiError("throttled", `Too many requests from here. Try again ${when}.`, {
    status: 429,
    retryAfter: known ? seconds : null,
  });
}

async function read(response) {
  if (response.status === 204) return null;
  try {
    return await response.json();
  } catch {
    const words = "The server's answer is not JSON. Reload the page and try again.";
    throw new ApiError("server", words, { status: response.status });
  }
}
