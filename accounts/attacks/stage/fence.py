"""The fence: requests for the theatre's hosts never reach the site, and no others reach it."""

from collections.abc import Callable
from http import HTTPStatus
from json import dumps, loads
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import resolve

from accounts.attacks.stage.hosts import Party, party_of

_URLS = {
    Party.SHOP: "accounts.attacks.stage.shop",
    Party.THIEF: "accounts.attacks.stage.thief",
    Party.SIBLING: "accounts.attacks.stage.thief",
    Party.NEIGHBOUR: "accounts.attacks.stage.thief",
}

_WEAK = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cross-Origin-Opener-Policy": "unsafe-none",
    "Referrer-Policy": "unsafe-url",
}

_NUL = "\\u0000"  # as JSON writes it: PostgreSQL keeps no such text


class Refused(Exception):
    """An answer of the theatre to a request that it does not take."""

    def __init__(self, status: HTTPStatus, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code


class Fence:
    """Answers for the hosts of the theatre, with their own addresses and headers.

    Where the theatre is off, the site refuses these hosts like any other that it does not know.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.ATTACKS:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        party = party_of(request)
        # The files that the pages are made of come from one place; there is no secret in them.
        if party is None or request.path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        return _answer(request, party)


def _answer(request: HttpRequest, party: Party) -> HttpResponse:
    try:
        found = resolve(request.path_info, _URLS[party])
        response: HttpResponse = found.func(request, *found.args, **found.kwargs)
    except Refused as refused:
        response = _problem(refused.status, refused.code, str(refused))
    except Http404:
        response = _problem(HTTPStatus.NOT_FOUND, "not_found", "The play is over, or never was.")
    # What defends the shop is the visitor's choice: the site's headers must not stand in for it.
    for name, value in _WEAK.items():
        response.headers.setdefault(name, value)
    return response


def _problem(status: HTTPStatus, code: str, detail: str) -> HttpResponse:
    return JsonResponse({"detail": detail, "code": code}, status=status)


def body_of(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that a request brings, whatever it says that it is; empty without a body.

    Raises:
        Refused: it is no JSON object in UTF-8.
    """
    try:
        found = loads(request.body or b"{}", parse_constant=_no_number)
        is_text = isinstance(found, dict) and _NUL not in dumps(found, ensure_ascii=False)
        dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        is_text = False
    if not is_text:
        raise Refused(HTTPStatus.BAD_REQUEST, "parse_error", "Send a JSON object in UTF-8")
    return dict(found)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
