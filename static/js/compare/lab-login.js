/** One throwaway login in the lab, from log-in to the thief's replay, over the real API. */

/** Ask the lab to say who holds what, which costs it queries outside the trace. */
const HOLDS = "?holds=1";

import { ApiError, send } from "../api.js";

/**
 * What each step of the story does, by the step's id. Every method gives
 * `{status, verdict, holds, trace}` as the server said it, or throws an ApiError.
 */
export class LabLogin {
  /** @param {{urls: {login, me, logout, copy, replay}}} strategy @param {string} usersUrl */
  constructor({ urls }, usersUrl) {
    Object.assign(this, { urls, usersUrl, bearer: null, refresh: null, stolen: null });
  }

  /** A fresh user logs in, and the thief copies the credential at once. */
  async login() {
    const { username, password } = (
      await this.expect(201, this.usersUrl, { method: "POST", body: {} })
    ).data;
    const answer = await this.expect(200, this.urls.login + HOLDS, {
      method: "POST",
      body: { username, password },
    });
    this.bearer = answer.data.access ?? null;
    this.refresh = answer.data.refresh ?? null;
    const copied = await this.expect(200, this.urls.copy, this.with({ method: "POST", body: {} }));
    this.stolen = copied.data.copy;
    return { status: answer.status, ...answer.data };
  }

  /** The browser asks who it is. */
  async request() {
    return flat(await send(this.urls.me + HOLDS, this.with({})));
  }

  /** The browser logs out and forgets what it held. */
  async logout() {
    const body = this.refresh ? { refresh: this.refresh } : {};
    const answer = await send(this.urls.logout + HOLDS, this.with({ method: "POST", body }));
    this.bearer = this.refresh = null;
    return flat(answer);
  }

  /** The thief, a client of its own on the server, sends the copy. */
  async replay() {
    const { data } = await this.expect(200, this.urls.replay + HOLDS, {
      method: "POST",
      body: { copy: this.stolen },
    });
    return { status: data.status, ...data.body };
  }

  with(options) {
    return this.bearer ? { ...options, bearer: this.bearer } : options;
  }

  async expect(status, url, options) {
    const answer = await send(url, options);
    if (answer.status === status) return answer;
    const reason = answer.data?.detail ?? `it answered ${answer.status}`;
    throw new ApiError("refused", `The server would not go on: ${reason}`, {
      status: answer.status,
    });
  }
}

function flat({ status, data }) {
  return { status, ...data };
}
