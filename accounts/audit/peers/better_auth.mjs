// better-auth with e-mail and password on SQLite; COOKIE_CACHE=1 switches its cookie cache on.
// Its admin plugin is there for what staff does: ban a user, set a role.
// Followed: https://www.better-auth.com/docs/installation, .../integrations/express,
// .../concepts/session-management and .../plugins/admin

import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

import { lifetime, require } from "./_people.mjs";

const load = (name) => import(pathToFileURL(require.resolve(name)));
const { betterAuth } = await load("better-auth");
const { getMigrations } = await load("better-auth/db/migration");
const { admin } = await load("better-auth/plugins");
const { fromNodeHeaders, toNodeHandler } = await load("better-auth/node");
const express = require("express");

const address = `http://127.0.0.1:${process.env.PORT}`;
const database = new DatabaseSync(`${process.env.DATA}/people.sqlite3`);
const auth = betterAuth({
  database,
  baseURL: address,
  secret: process.env.SECRET,
  emailAndPassword: { enabled: true },
  plugins: [admin({ defaultRole: "editor" })],
  session: {
    ...(process.env.COOKIE_CACHE ? { cookieCache: { enabled: true, maxAge: 5 * 60 } } : {}),
    ...(lifetime ? { expiresIn: lifetime / 1000 } : {}),
  },
});
await (await getMigrations(auth.options)).runMigrations();

const staff = { email: "staff@audit.example", password: process.env.DATA };
const idOf = ({ email }) => database.prepare("SELECT id FROM user WHERE email = ?").get(email)?.id;

/** The headers of somebody with the role admin, who has just logged in. */
async function staffHeaders() {
  const { headers } = await auth.api.signInEmail({ body: staff, returnHeaders: true });
  const cookies = headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
  return new Headers({ cookie: cookies.join("; ") });
}
if (!idOf(staff)) {
  await auth.api.createUser({ body: { ...staff, name: "staff", role: "admin" } });
}

const app = express();
app.all("/api/auth/*splat", toNodeHandler(auth));
app.use(express.json());

app.get("/me", async (request, response) => {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) });
  if (!session) return response.status(401).json({});
  response.json({ email: session.user.email, role: session.user.role });
});

app.post("/staff/disable", async (request, response) => {
  const body = { userId: idOf(request.body) };
  await auth.api.banUser({ body, headers: await staffHeaders() });
  response.json({});
});

app.post("/staff/demote", async (request, response) => {
  const body = { userId: idOf(request.body), role: "user" };
  await auth.api.setRole({ body, headers: await staffHeaders() });
  response.json({});
});

app.listen(Number(process.env.PORT), "127.0.0.1");
