/**
 * Try the endpoints of the API: Swagger UI, served from here, is loaded when somebody opens it.
 *
 * It is 1.8 MB, and most visitors only look something up in the list that it takes the place of.
 */

const root = document.documentElement;
const place = document.querySelector("[data-schema]");
const list = document.querySelector("[data-endpoints]");
const open = document.querySelector("[data-open]");
const state = document.querySelector("[data-state]");
const sheet = document.querySelector("[data-swagger]");
const csrf = document.querySelector('meta[name="csrf-token"]').content;
const system = matchMedia("(prefers-color-scheme: dark)");

/** Swagger UI knows the theme by a class of its own. */
function matchTheme() {
  const theme = root.dataset.theme ?? (system.matches ? "dark" : "light");
  root.classList.toggle("dark-mode", theme === "dark");
}

/** By cookie an unsafe request needs the token of this page; beside a bearer token it does no harm. */
function withCsrf(request) {
  request.headers["X-CSRFToken"] = csrf;
  return request;
}

/** Put Swagger UI in the place of the list. It unfolds the endpoint that the address names. */
async function openAll() {
  if (open.disabled) return;
  open.disabled = true;
  state.textContent = "Loading…";
  try {
    await Promise.all([loadSheet(), loadScript()]);
  } catch {
    open.disabled = false;
    state.textContent = "It could not be loaded. Press again to retry.";
    return;
  }
  draw();
}

/** The sheet stands in the head already, before what adapts it to this site. */
function loadSheet() {
  if (sheet.sheet) return undefined;
  sheet.disabled = true; // a second try asks for it again
  sheet.disabled = false;
  return loaded(sheet);
}

function loadScript() {
  const script = document.createElement("script");
  script.src = place.dataset.script;
  document.head.append(script);
  return loaded(script);
}

function loaded(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", resolve, { once: true });
    element.addEventListener("error", reject, { once: true });
  });
}

function draw() {
  matchTheme();
  system.addEventListener("change", matchTheme);
  new MutationObserver(matchTheme).observe(root, { attributeFilter: ["data-theme"] });
  list.remove();
  open.remove();
  state.textContent = "";
  place.hidden = false;
  place.focus({ preventScroll: true });
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    requestInterceptor: withCsrf,
    validatorUrl: null, // it would ask another host
  });
}

/** An endpoint's link, here or on another page: `#/account/account_me`. */
function openNamed() {
  if (location.hash.startsWith("#/")) openAll();
}

open.hidden = false;
open.addEventListener("click", openAll);
addEventListener("hashchange", openNamed);
openNamed();
