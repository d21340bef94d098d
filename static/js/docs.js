/** Draw the API's documentation. Swagger UI, served from here, is what writes `SwaggerUIBundle`. */

const root = document.documentElement;
const place = document.querySelector("[data-schema]");
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

matchTheme();
system.addEventListener("change", matchTheme);
new MutationObserver(matchTheme).observe(root, { attributeFilter: ["data-theme"] });

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
