// A program of an API client's author, on the client that openapi-ts writes.
//
// Its arguments: the site's address, a name, a password, and a resource server's name and secret.

import makeFetchCookie from "fetch-cookie";
import {
  accountEndLogin,
  accountLogins,
  accountMe,
  oauthIntrospect,
  sessionCsrf,
  sessionLogin,
  sessionLogout,
  tokenBlacklist,
  tokenObtain,
  tokenRefresh,
  tokenVerify,
} from "./site_client";
import { type Client, createClient } from "./site_client/client";

declare const process: { argv: string[] };
const [baseUrl, username, password, service, secret] = process.argv.slice(2);
const throwOnError = true;

/** Ask who is logged in; a refusal says what helps. */
async function who(client: Client) {
  const { data, error } = await accountMe({ client });
  if (data) return `${data.username} by ${data.carrier}`;
  return `refused: ${"action" in error ? error.action : error.code}`;
}

/** Log in by cookie, ask, log out and ask again. */
async function* byCookie() {
  const client = createClient({ baseUrl, fetch: makeFetchCookie(fetch) }); // keeps cookies like a browser
  const { data: before } = await sessionCsrf({ client, throwOnError });
  const { data: started } = await sessionLogin({
    client,
    throwOnError,
    body: { username, password },
    headers: { "X-CSRFToken": before.csrf_token },
  });
  yield who(client);
  await sessionLogout({ client, throwOnError, headers: { "X-CSRFToken": started.csrf_token } });
  yield who(client);
}

/** A client that sends an access token. */
const bearer = (access: string) =>
  createClient({ baseUrl, auth: ({ scheme }) => (scheme === "bearer" ? access : undefined) });

/** Log in by token, ask, refresh, verify, end another login, log out and ask again. */
async function* byToken() {
  // No client is named: the one that is generated with the address of the site is taken.
  const first = await tokenObtain({ throwOnError, body: { username, password } });
  yield who(bearer(first.data.access));
  const { refresh } = first.data;
  const { data: pair } = await tokenRefresh({ throwOnError, body: { refresh } });
  yield who(bearer(pair.access));
  const verified = await tokenVerify({ throwOnError, body: { token: pair.access } });
  yield `verified: ${verified.response.status}`;
  yield introspected(pair.access);
  await tokenObtain({ throwOnError, body: { username, password } });
  yield* withoutTheOther(bearer(pair.access));
  await tokenBlacklist({ throwOnError, body: { refresh: pair.refresh } });
  yield who(bearer(pair.access));
  yield introspected(pair.access);
}

/** End the login of another device, and list all; the one that asks comes first. */
async function* withoutTheOther(client: Client) {
  const { data: [, other] } = await accountLogins({ client, throwOnError });
  await accountEndLogin({ client, throwOnError, path: { login_id: other.id }, body: { password } });
  const { data: logins } = await accountLogins({ client, throwOnError });
  for (const login of logins) yield `${login.carrier}: ${login.end_reason ?? "live"}`;
}

/** What a resource server is told about a token. */
async function introspected(token: string) {
  const auth = ({ scheme }: { scheme?: string }) =>
    scheme === "basic" ? `${service}:${secret}` : undefined;
  const client = createClient({ baseUrl, auth });
  const { data } = await oauthIntrospect({ client, throwOnError, body: { token } });
  return data.active ? `active: ${data.username}` : "inactive";
}

async function tell() {
  for (const story of [byCookie(), byToken()]) for await (const line of story) console.log(line);
}

tell();
