/** One throwaway login in the lab, from log-in to the thief's replay, over the real API. */

import { ApiError, send } from "../api.js";
import { isGone } from "../lab-user.js";
import { ProofKey } from "../proof-key.js";

/** Ask the lab to say who stores what, which costs it queries outside the trace. */
const STORAGE = "?storage=1";

/** A server that hangs must not leave the visitor waiting without a word. In milliseconds. */
const PATIENCE = 15_000;

const ELSEWHERE =
  "The cookie of this login is gone: another tab has logged in or out by the same way, " +
  "and a browser has one cookie for all of its tabs. Log in again.";

const GONE =
  "The throwaway user was deleted: none lives longer than an hour. " +
  "A new one has logged in and done the same steps.";

/** Log in under several strategies by one request, in which a thief copies every credential. */
export async function begin(strategies, { beginUrl, usersUrl }) {
  const body = { strategies: strategies.map(({ slug }) => slug) };
  const signal = AbortSignal.timeout(PATIENCE);
  const key = strategies.some(({ bound }) => bound) ? await ProofKey.make() : null;
  const { status, data } = await send(beginUrl, { method: "POST", body, signal, key });
  if (status !== 201) throw unexpected(status, data);
  return data.logins.map((answer, at) => new LabLogin(strategies[at], usersUrl, answer, key));
}

/**
 * A login that has begun. Its methods give `{status, verdict, storage, trace}` as the server said
 * it, without any credential, or throw an ApiError.
 */
class LabLogin {
  constructor({ urls, bound }, usersUrl, { access = null, copy, ...first }, key) {
    Object.assign(this, { urls, usersUrl, bearer: access, stolen: copy, key: bound ? key : null });
    this.username = first.user.username;
    this.first = { status: 200, ...first };
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

  /** The thief, a client of its own on the server, sends the copy to a second process. */
  async replay() {
    const url = this.urls.replay + STORAGE;
    const { status, data } = await this.send(url, { method: "POST", body: { copy: this.stolen } });
    if (status !== 200) throw unexpected(status, data);
    const { body, renewed, renews_until: until } = data;
    return { ...(await this.told({ status: data.status, data: body })), renewed, until };
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
  async send(url, options = {}) {
    const given = { ...options, bearer: this.bearer, key: this.key };
    const answer = await send(url, { ...given, signal: AbortSignal.timeout(PATIENCE) });
    if (answer.data?.code !== "use_dpop_nonce") return answer;
    return send(url, { ...given, signal: AbortSignal.timeout(PATIENCE) }); // with the word it came with
  }
}

function unexpected(status, data) {
  const reason = String(data?.detail ?? `it answered ${status}`);
  const words = `The server would not go on: ${reason.replace(/[.]$/, "")}. Log in again.`;
  return new ApiError("refused", words, { status });
}
