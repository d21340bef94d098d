"""The parts of the OpenAPI document that are the same for every endpoint: log-in and errors.

https://drf-spectacular.readthedocs.io/en/latest/customization.html
"""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.urls import get_script_prefix
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView

from accounts.answer.ranking import Client
from accounts.lab.events import events
from accounts.strategies import strategies

STRATEGY = {"$ref": "#/components/schemas/Strategy"}
EVENT = {"$ref": "#/components/schemas/Event"}
DATABASE = {"$ref": "#/components/schemas/Database"}
CLIENT = {"$ref": "#/components/schemas/Client"}
_NULL = {"$ref": "#/components/schemas/Null"}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_LAB_ANSWER = {"$ref": "#/components/schemas/LabAnswer"}
_LAB_INVALID = {
    "type": "object",
    "properties": {"verdict": {"$ref": "#/components/schemas/_Verdict"}},
    "required": ["verdict"],
}
# The shape of simplejwt and DRF: each field with its messages, or with those of its items.
_WRONG = {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "object"}]}
INVALID = {"anyOf": [_PROBLEM, {"type": "object", "additionalProperties": _WRONG}]}
# The groups of endpoints, in the order of the page. An operation's id begins with its group's name.
_TAGS = {
    "session": "Log in by cookie",
    "token": "Log in by token",
    "account": "Your account",
    "oauth": "OAuth",
    "lab": "The lab",
    "inspector": "The inspector",
    "benchmark": "Benchmarks",
    "answer": "The answer",
}
_CSRF_HEADER = {
    "in": "header",
    "name": "X-CSRFToken",
    "description": "With a cookie: the csrf_token of the log-in, or of GET /api/session/login/.",
    "schema": {"type": "string"},
}
_UNSAFE = ("post", "put", "patch", "delete")


class SiteScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The site's two modes."""

    target_class = "accounts.api.authentication.SiteAuthentication"
    name = ["token", "cookie"]

    def get_security_requirement(self, auto_schema: object) -> list[dict[str, list[Any]]]:
        """Either scheme is sufficient."""
        return [{name: []} for name in self.name]

    def get_security_definition(self, auto_schema: object) -> list[dict[str, Any]]:
        """A bearer token, or a session's cookie, which a browser sends by itself."""
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
        ]


class ResourceServerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The name and the secret of a resource server."""

    target_class = "accounts.api.resource_servers.ResourceServerAuthentication"
    name = "resource_server"

    def get_security_definition(self, auto_schema: object) -> dict[str, Any]:
        """HTTP's basic scheme."""
        return {"type": "http", "scheme": "basic"}


class SchemaView(SpectacularAPIView):
    """The document: as JSON, or as YAML if ``Accept`` asks for it."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer]


def enums_add(result: dict[str, Any], **kwargs: object) -> dict[str, Any]:
    """Name what registries and parameters hold, and write a null where an enum allows one."""
    schemas = result["components"]["schemas"]
    for name, values in (
        ("Strategy", [each.slug for each in strategies]),
        ("Event", [each.slug for each in events]),
        ("Client", list(Client)),
    ):
        schemas[name] = {"type": "string", "enum": values}
    schemas.pop("Null", None)
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            if _NULL in field.get("oneOf", ()):
                field["oneOf"] = [field["oneOf"][0], {"type": "null"}]
    return result


def servers_add(result: dict[str, Any], **kwargs: object) -> dict[str, Any]:
    """Say below which prefix the paths are, on the host that the document came from.

    Without one nothing is said, which means the same as ``/``; openapi-ts then writes the address
    that the document came from into its client, which so works outside of this site too.
    """
    if prefix := get_script_prefix().rstrip("/"):
        result["servers"] = [{"url": prefix}]
    return result


def headings_add(result: dict[str, Any], **kwargs: object) -> dict[str, Any]:
    """Sort the endpoints under headings, and take each one's first sentence for its title."""
    result["tags"] = [{"name": tag, "description": text} for tag, text in _TAGS.items()]
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["tags"] = [operation["operationId"].partition("_")[0]]
            text = " ".join(operation.get("description", "").split())
            operation.setdefault("summary", text.split(". ")[0].rstrip("."))
    return result


def csrf_header_add(result: dict[str, Any], **kwargs: object) -> dict[str, Any]:
    """Declare the header that unsafe requests by cookie need; those by bearer token need none."""
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            is_by_cookie = path.startswith("/api/session/") or {"cookie": []} in operation.get(
                "security", ()
            )
            if method in _UNSAFE and is_by_cookie:
                operation.setdefault("parameters", []).append(_CSRF_HEADER)
    return result


def redundancies_remove(result: dict[str, Any], **kwargs: object) -> dict[str, Any]:
    """Take out what says nothing, and makes the clients that generators write worse.

    Where no log-in is asked for, ``[{}]`` has openapi-python-client want one. Bodies of requests
    and of answers have schemas of their own; for ``readOnly`` openapi-ts writes a second type.
    """
    for operations in result["paths"].values():
        for operation in operations.values():
            if operation["security"] == [{}]:
                operation["security"] = []
    for schema in result["components"]["schemas"].values():
        for field in schema.get("properties", {}).values():
            field.pop("readOnly", None)
            field.pop("writeOnly", None)
    return result


def refusals_add(result: dict[str, Any], **kwargs: object) -> dict[str, Any]:
    """Add the errors that any endpoint can answer with, unless its view documents them itself."""
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for status, body in _refusals(path, method).items():
                answer = {
                    "description": HTTPStatus(int(status)).phrase,
                    "content": {"application/json": {"schema": body}},
                }
                operation["responses"].setdefault(status, answer)
    return result


def _refusals(path: str, method: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    of_a_strategy = path.startswith("/api/lab/{slug}/")
    if of_a_strategy:
        found |= {"401": _LAB_ANSWER, "404": _PROBLEM}
    if method in _UNSAFE:
        found |= {"400": _LAB_INVALID if of_a_strategy else INVALID}
        found |= {"403": _PROBLEM, "413": _PROBLEM, "415": _PROBLEM}
    return found
