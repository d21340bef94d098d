/** Where a token comes from: one of one's own logins, or a throwaway user of the lab. */

import { send } from "../api.js";

async function expect(status, path, options) {
  const answer = await send(path, options);
  // In another tab, or by another device.
  if (answer.status === 401) throw new Error("You are no longer logged in. Reload this page.");
  if (answer.status !== status) throw new Error(answer.data?.detail ?? "The server refused.");
  return answer.data;
}

/** A pair of tokens of the signed-in user: a login like any other. */
export async function ownTokens({ own, blacklist }) {
  const { access, refresh } = await expect(201, own, { method: "POST", body: {} });
  const end = () => expect(200, blacklist, { method: "POST", body: { refresh } });
  return { access, refresh, strategy: null, end };
}

/** A pair of tokens of a throwaway user, carried by one strategy. */
export async function labTokens({ labUsers }, strategy, { login, logout }) {
  const { username, password } = await expect(201, labUsers, { method: "POST", body: {} });
  const body = { username, password };
  const { access, refresh } = await expect(200, login, { method: "POST", body });
  const end = () => expect(200, logout, { method: "POST", body: {}, bearer: access });
  return { access, refresh: refresh ?? null, strategy, username, end };
}
