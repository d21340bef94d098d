// cookie-session: the whole session is in a signed cookie.
// Followed: https://expressjs.com/en/resources/middleware/cookie-session.html

import { common, find, known, lifetime, require, setPassword } from "./_people.mjs";

const express = require("express");
const cookieSession = require("cookie-session");

const app = express();
app.use(express.json());
common(app);
app.use(
  cookieSession({
    name: "session",
    keys: [process.env.SECRET],
    maxAge: lifetime ?? 24 * 60 * 60 * 1000,
  }),
);

function isAuthenticated(request, response, next) {
  const found = find(request.session.user);
  if (!found?.active) return response.status(401).json({});
  request.user = found;
  next();
}

app.post("/login", (request, response) => {
  const found = known(request.body);
  if (!found) return response.status(401).json({});
  request.session.user = found.name;
  response.json({});
});

app.post("/logout", (request, response) => {
  request.session = null;
  response.json({});
});

app.post("/password", isAuthenticated, (request, response) => {
  setPassword(request.user.name, request.body.new);
  response.json({});
});

app.get("/me", isAuthenticated, (request, response) => {
  response.json({ username: request.user.name, role: request.user.role });
});

app.listen(Number(process.env.PORT), "127.0.0.1");
