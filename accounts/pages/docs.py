"""The API's documentation: a list of all endpoints, and Swagger UI for who wants to try one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from drf_spectacular.settings import spectacular_settings

# What each scheme of the document asks for.
_SCHEMES = {
    "token": "a bearer token",
    "cookie": "the cookie of a login",
    "resource_server": "a resource server’s name and secret",
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A line of the list. ``anchor`` is Swagger UI's own address for it on the page."""

    tag: str
    method: str
    path: str
    summary: str
    wants: str
    anchor: str


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The page, on which every request can be tried, with a token or with the login's cookie."""
    return render(request, "pages/docs.html", {"endpoints": drawn(get_script_prefix())})


@lru_cache(maxsize=4)
def drawn(prefix: str) -> SafeString:
    """The list as HTML: a process describes its API once, so it is drawn once."""
    document = spectacular_settings.DEFAULT_GENERATOR_CLASS().get_schema(public=True)
    headings = {tag["name"]: tag["description"] for tag in document["tags"]}
    order = list(headings)
    found = sorted(endpoints(document, prefix), key=lambda one: order.index(one.tag))
    groups = [(headings[tag], list(group)) for tag, group in groupby(found, lambda one: one.tag)]
    return render_to_string("partials/docs_endpoints.html", {"groups": groups})


def endpoints(document: Mapping[str, Any], prefix: str) -> Iterator[Endpoint]:
    """Each endpoint of an OpenAPI document, whose paths are below ``prefix``."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            [tag] = operation["tags"]
            yield Endpoint(
                tag=tag,
                method=method.upper(),
                path=f"{prefix.rstrip('/')}{path}",
                summary=operation["summary"],
                wants=_wants(operation["security"]),
                anchor=f"/{tag}/{operation['operationId']}",
            )


def _wants(security: Sequence[Mapping[str, Any]]) -> str:
    """Who may ask, in words: any one of the schemes is enough."""
    names = [_SCHEMES[name] for scheme in security for name in scheme]
    return f"with {' or '.join(names)}" if names else "open to anybody"
