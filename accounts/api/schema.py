"""The parts of the OpenAPI document that are the same for every endpoint: log-in and errors.

https://drf-spectacular.readthedocs.io/en/latest/customization.html
"""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.urls import get_script_prefix
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation

from accounts.answer.ranking import Client
from accounts.api.references import INVALID, NULL, PROBLEM, SCHEMAS
from accounts.cluster.scale_check import SIZES
from accounts.lab.events import events
from accounts.strategies import strategies

# The shape of simplejwt and DRF: each field with its messages, or with those of its items.
_MESSAGES = {"type": "array", "items": {"type": "string"}}
_COMPONENTS = {
    "Strategy": {"type": "string", "enum": [each.slug for each in strategies]},
    "Event": {"type": "string", "enum": [each.slug for each in events]},
    "Size": {"type": "string", "enum": list(SIZES)},
    "Client": {"type": "string", "enum": list(Client)},
    "Invalid": {"oneOf": [PROBLEM, {"$ref": f"{SCHEMAS}/FieldErrors"}]},
    "FieldErrors": {
        "type": "object",
        "description": "The messages for each field that is wrong, or for each of its items.",
        "additionalProperties": {
            "oneOf": [_MESSAGES, {"type": "object", "additionalProperties": _MESSAGES}]
        },
    },
}
# What these hold beside the members that they name.
_FURTHER: dict[str, dict[str, Any]] = {"Introspection": {}, "LabFieldErrors": _MESSAGES}
# The headers of each answer with such a status.
_SECONDS = {
    "Retry-After": {
        "required": True,
        "description": "In seconds.",
        "schema": {"type": "integer", "minimum": 1},
    }
}
_HEADERS: dict[str, dict[str, Any]] = {
    "401": {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}},
    "429": _SECONDS,
    "503": _SECONDS,
}
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
    "claim": "Claims",
    "attack": "Attacks",
    "cluster": "More than one process",
    "lesson": "Lessons in class",
}
_CSRF_HEADER = {
    "in": "header",
    "name": "X-CSRFToken",
    "description": "With a cookie: the csrf_token of the log-in, or of GET /api/session/login/.",
    "schema": {"type": "string"},
    # Swagger UI sends nothing without a value; the page of the documentation puts its own here.
    "example": "csrf_token",
}
# Who asks for it whatever came along, and whose cookies are none of the site's.
_CSRF_ALWAYS = {
    *("session_login", "session_logout", "benchmark_start"),
    *("lesson_open", "lesson_move", "lesson_vote"),
}
_CSRF_IN_LAB = {
    "lab_login",
    "lab_logout",
    "lab_logout_everywhere",
    "lab_change_password",
    "lab_copy_credential",
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


@method_decorator(gzip_page, name="dispatch")
class SchemaView(SpectacularAPIView):
    """The document: as JSON, or as YAML if ``Accept`` asks for it."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer]
    content_negotiation_class = DefaultContentNegotiation


def complete(result: dict[str, Any], **kwargs: object) -> dict[str, Any]:
    """Add to drf-spectacular's document what is the same for many endpoints."""
    # Without a prefix nothing is said, which means the same as /; openapi-ts then writes into its
    # client the address that the document came from, which so works outside of this site too.
    if prefix := get_script_prefix().rstrip("/"):
        result["servers"] = [{"url": prefix}]
    result["tags"] = [{"name": tag, "description": text} for tag, text in _TAGS.items()]
    _complete_schemas(result["components"]["schemas"])
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            _head(operation)
            if method in _UNSAFE:
                _complete_parameters(operation)
            _complete_answers(operation["responses"], _refusals(path, method))
    # drf-spectacular leaves the body of a DELETE out; this one may need the password once more.
    paths = result["paths"]
    confirmation = paths["/api/logout-everywhere/"]["post"]["requestBody"]
    paths["/api/logins/{login_id}/"]["delete"]["requestBody"] = confirmation
    return result


def _complete_schemas(schemas: dict[str, Any]) -> None:
    schemas.update(_COMPONENTS)
    for name, members in _FURTHER.items():
        schemas[name]["additionalProperties"] = members
    del schemas["Null"]  # a component of its own helps nobody
    for schema in schemas.values():
        _unmark(schema)
        for field in schema.get("properties", {}).values():
            # Requests and answers have schemas of their own; for this openapi-ts writes two more.
            field.pop("readOnly", None)
            field.pop("writeOnly", None)
            if NULL in field.get("oneOf", ()):
                field["oneOf"] = [field["oneOf"][0], {"type": "null"}]


def _head(operation: dict[str, Any]) -> None:
    """Put an endpoint under its heading, and take its first sentence for its title."""
    if operation["security"] == [{}]:  # openapi-python-client would want a log-in
        operation["security"] = []
    operation["tags"] = [operation["operationId"].partition("_")[0]]
    _unmark(operation)
    text = " ".join(operation.get("description", "").split())
    operation.setdefault("summary", text.split(". ")[0].rstrip("."))


def _unmark(described: dict[str, Any]) -> None:
    """Take the marks of docstrings out of a description: a page shows them as they are."""
    if "description" in described:
        described["description"] = described["description"].replace("``", "")


def _complete_parameters(operation: dict[str, Any]) -> None:
    """Declare the header that unsafe requests by cookie need; those by bearer token need none."""
    name, security = operation["operationId"], operation.get("security", ())
    if name in _CSRF_ALWAYS | _CSRF_IN_LAB or {"cookie": []} in security:
        header = {**_CSRF_HEADER, "required": name in _CSRF_ALWAYS}
        operation.setdefault("parameters", []).append(header)


def _complete_answers(answers: dict[str, Any], refusals: dict[str, dict[str, Any]]) -> None:
    for status, body in refusals.items():
        answer = {
            "description": HTTPStatus(int(status)).phrase,
            "content": {"application/json": {"schema": body}},
        }
        answers.setdefault(status, answer)
    for status, headers in _HEADERS.items():
        if status in answers:
            answers[status]["headers"] = headers


def _refusals(path: str, method: str) -> dict[str, dict[str, Any]]:
    """What any endpoint may answer, unless its view documents it itself."""
    if path.startswith("/.well-known/"):
        return {"400": PROBLEM}  # asks no database
    if path.startswith("/oauth/"):
        return {"503": PROBLEM}
    found = {"400": PROBLEM, "403": PROBLEM, "503": PROBLEM}
    if method in _UNSAFE:
        found |= {"400": INVALID, "411": PROBLEM, "413": PROBLEM, "415": PROBLEM}
    return found
