/** Draw the API's documentation. Swagger UI, served from here, is what writes `SwaggerUIBundle`. */

const place = document.querySelector("[data-schema]");
const csrf = document.querySelector('meta[name="csrf-token"]').content;

/** By cookie an unsafe request needs the token of this page; beside a bearer token it does no harm. */
function withCsrf(request) {
  request.headers["X-CSRFToken"] = csrf;
  return request;
}

window.SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  requestInterceptor: withCsrf,
  validatorUrl: null, // it would ask another host
});
