// better-auth with e-mail and password on SQLite; COOKIE_CACHE=1 switches its cookie cache on.
// Followed: https://www.better-auth.com/docs/installation, .../integrations/express and
// .../concepts/session-management

import { pathToFileURL } from "node:url";

import { require } from "./_people.mjs";

const load = (name) => import(pathToFileURL(require.resolve(name)));
const { betterAuth } = await load("better-auth");
const { getMigrations } = await load("better-auth/db/migration");
const { fromNodeHeaders, toNodeHandler } = await load("better-auth/node");
const Database = require("better-sqlite3");
const express = require("express");

const address = `http://127.0.0.1:${process.env.PORT}`;
const database = new Database(`${process.env.DATA}/people.sqlite3`);
const auth = betterAuth({
  database,
  baseURL: address,
  secret: process.env.SECRET,
  emailAndPassword: { enabled: true },
  ...(process.env.COOKIE_CACHE
    ? { session: { cookieCache: { enabled: true, maxAge: 5 * 60 } } }
    : {}),
});
await (await getMigrations(auth.options)).runMigrations();

const app = express();
app.all("/api/auth/*splat", toNodeHandler(auth));
app.use(express.json());

app.get("/me", async (request, response) => {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) });
  if (!session) return response.status(401).json({});
  response.json({ email: session.user.email });
});

app.listen(Number(process.env.PORT), "127.0.0.1");
