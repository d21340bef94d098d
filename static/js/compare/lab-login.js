/** One throwaway login in the lab, from log-in to the thief's replay, over the real API. */

import { ApiError, send } from "../api.js";
import { isGone } from "../lab-user.js";

/** Ask the lab to say who stores what, which costs it queries outside the trace. */
const STORAGE = "?storage=1";

/** A server that hangs must not leave the visitor waiting without a word. In milliseconds. */
const PATIENCE = 15_000;

const ELSEWHERE =
  "The cookie of this login is gone: another tab has logged in or out with the same strategy, " +
  "and a browser has one cookie for all of its tabs. Log in again.";

const GONE =
  "The throwaway user of this lane was deleted: none lives longer than an hour. " +
  "A new one has logged in and done the same steps.";

/**
 * What each step of the story does, by the step's id. Every method gives
 * `{status, verdict, storage, trace}` as the server said it, or throws an ApiError.
 */
export class LabLogin {
  /** @param {{urls: {login, me, logout, copy, replay}}} strategy @param {string} usersUrl */
  constructor({ urls }, usersUrl) {
    Object.assign(this, { urls, usersUrl, username: null, bearer: null, stolen: null });
  }

  /** A fresh user logs in, and the thief copies the credential at once. */
  async login() {
    const { username, password } = await this.post(this.usersUrl, {}, 201);
    this.username = username;
    const answer = await this.post(this.urls.login + STORAGE, { username, password });
    this.bearer = answer.access ?? null;
    this.stolen = (await this.post(this.urls.copy, {})).copy;
    return this.told({ status: 200, data: answer });
  }

  /** The browser asks who it is. */
  async request() {
    return this.told(await this.own(await this.send(this.urls.me + STORAGE)));
  }

  /** The browser logs out and forgets what it held. */
  async logout() {
    // Another tab's login must not be ended in the place of ours.
    if (!this.bearer) await this.own(await this.send(this.urls.me));
    const answer = await this.send(this.urls.logout + STORAGE, { method: "POST", body: {} });
    this.bearer = null;
    return this.told(answer);
  }

  /** The thief, a client of its own on the server, sends the copy. */
  async replay() {
    const { status, body } = await this.post(this.urls.replay + STORAGE, { copy: this.stolen });
    return this.told({ status, data: body });
  }

  /**
   * An answer that was about this login. A browser has one cookie for all of its tabs: where
   * another tab has logged in or out since, the figures and the lesson would be about that login.
   */
  async own(answer) {
    const { user, verdict } = answer.data ?? {};
    const lost = verdict?.code === "not_authenticated" || (user && user.username !== this.username);
    if (lost && !this.bearer) {
      await this.mustBeThere();
      throw new ApiError("elsewhere", ELSEWHERE);
    }
    return answer;
  }

  /** A refusal is an answer like any other, as long as it tells its story and its user exists. */
  async told({ status, data }) {
    if (!data?.verdict || !data.trace || !data.storage) throw unexpected(status, data);
    if (!data.verdict.accepted) await this.mustBeThere();
    return { status, ...data };
  }

  async mustBeThere() {
    if (await isGone(this.usersUrl, this.username)) throw new ApiError("gone", GONE);
  }

  /** With the bearer token, if there is one; the browser itself adds a cookie. */
  send(url, options = {}) {
    const signal = AbortSignal.timeout(PATIENCE);
    return send(url, { ...options, signal, bearer: this.bearer });
  }

  /** The story cannot go on with anything but the expected status. */
  async post(url, body, expected = 200) {
    const { status, data } = await this.send(url, { method: "POST", body });
    if (status !== expected) throw unexpected(status, data);
    return data;
  }
}

function unexpected(status, data) {
  const reason = String(data?.detail ?? `it answered ${status}`);
  const words = `The server would not go on: ${reason.replace(/[.]$/, "")}. Log in again.`;
  return new ApiError("refused", words, { status });
}
