/** Talk JSON to this site's API. */

import { learnClock } from "./countdown.js";
import { duration } from "./format.js";

/**
 * A request that got no usable answer. The message says what to do next.
 * `kind` is offline, throttled, forbidden or server; `retryAfter` is in seconds or null.
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
 * @param {{method?: string, body?: object, bearer?: string, signal?: AbortSignal}} options
 * @throws {ApiError}
 */
export async function send(path, { method = "GET", body, bearer, signal } = {}) {
  const response = await reach(path, {
    method,
    signal,
    headers: headers(method, body, bearer),
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: "same-origin",
    cache: "no-store",
  });
  learnClock(response.headers.get("Date"));
  refuseFailures(response);
  return { status: response.status, data: await read(response) };
}

function headers(method, body, bearer) {
  const found = { Accept: "application/json" };
  if (method !== "GET") found["X-CSRFToken"] = csrfToken();
  if (body !== undefined) found["Content-Type"] = "application/json";
  if (bearer) found.Authorization = `Bearer ${bearer}`;
  return found;
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
    throw new ApiError("forbidden", "This page has gone stale. Reload it and start again.", {
      status,
    });
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
