// The users of the examples that have no user model of their own, in a file: the server may start
// again.

import { randomBytes, scryptSync } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

export const require = createRequire(`${process.env.NODE_PATH}/`);

const file = `${process.env.DATA}/people.json`;
const people = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
const keep = () => writeFileSync(file, JSON.stringify(people));
const digest = (password, salt) => scryptSync(password, salt, 32, { N: 1024 }).toString("hex");

/** Milliseconds that a log-in lives, where one wants to see its end; undefined: as it comes. */
export const lifetime = process.env.LIFETIME && process.env.LIFETIME * 1000;

export const find = (name) => people[name];

export function setPassword(name, password) {
  const salt = randomBytes(16).toString("hex");
  Object.assign(people[name], { salt, digest: digest(password, salt) });
  keep();
}

export function known({ username, password }) {
  const found = people[username];
  return found?.active && digest(password, found.salt) === found.digest ? found : undefined;
}

/** Adds what is not the library's: sign-up, and what staff does. */
export function common(app) {
  app.post("/signup", (request, response) => {
    const { username, password } = request.body;
    people[username] = { name: username, role: "editor", active: true };
    setPassword(username, password);
    response.status(201).json({});
  });
  app.post("/staff/disable", (request, response) => {
    people[request.body.username].active = false;
    keep();
    response.json({});
  });
  app.post("/staff/demote", (request, response) => {
    people[request.body.username].role = "member";
    keep();
    response.json({});
  });
}
