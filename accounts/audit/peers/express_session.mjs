// express-session with its memory store.
// Followed: https://expressjs.com/en/resources/middleware/session.html, its example "User login"

import { common, find, known, lifetime, require, setPassword } from "./_people.mjs";

const express = require("express");
const session = require("express-session");

const app = express();
app.use(express.json());
common(app);
app.use(
  session({
    secret: process.env.SECRET,
    resave: false,
    saveUninitialized: false,
    ...(lifetime ? { cookie: { maxAge: lifetime } } : {}),
  }),
);

function isAuthenticated(request, response, next) {
  const found = find(request.session.user);
  if (!found?.active) return response.status(401).json({});
  request.user = found;
  next();
}

app.post("/login", (request, response, next) => {
  const found = known(request.body);
  if (!found) return response.status(401).json({});
  request.session.regenerate((error) => {
    if (error) return next(error);
    request.session.user = found.name;
    request.session.save((problem) => (problem ? next(problem) : response.json({})));
  });
});

app.post("/logout", (request, response, next) => {
  request.session.user = null;
  request.session.save((error) => {
    if (error) return next(error);
    request.session.regenerate((problem) => (problem ? next(problem) : response.json({})));
  });
});

app.post("/password", isAuthenticated, (request, response) => {
  setPassword(request.user.name, request.body.new);
  response.json({});
});

app.get("/me", isAuthenticated, (request, response) => {
  response.json({ username: request.user.name, role: request.user.role });
});

app.listen(Number(process.env.PORT), "127.0.0.1");
