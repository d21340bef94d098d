"""Error responses: JSON under ``/api/``, a page of the site elsewhere."""

import sys
from http import HTTPStatus
from typing import Literal

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader

from accounts.middleware import guard, health
from accounts.models.hashers import TooManyHashes

API = "/api/"
_FOR_PROGRAMS = (API, "/oauth/", "/.well-known/")
MINUTE = 60
_BUSY_RETRY_AFTER = 5  # seconds: so many log-ins are done by then that there is room again


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler400``: the request is malformed."""
    detail = "The request cannot be read."
    if request.path_info.startswith(_FOR_PROGRAMS):
        return guard.refuse(request, HTTPStatus.BAD_REQUEST, "bad_request", detail)
    return answer(request, HTTPStatus.BAD_REQUEST, detail)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler403``: the user is known but may not do this."""
    return answer(request, HTTPStatus.FORBIDDEN, "You may not do this.", code="permission_denied")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler404``."""
    return answer(request, HTTPStatus.NOT_FOUND, "There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``. Its page gets no context, because that may be what failed."""
    error = sys.exception()
    if health.is_outage(error):
        return unavailable(request, error)
    if isinstance(error, TooManyHashes):
        return busy(request)
    if request.path_info.startswith(API):
        return refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "The server failed.", "server_error")
    page = loader.render_to_string("500.html")
    return HttpResponse(page, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def unavailable(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """The database or the cache is away: nobody is let in, and everybody may try again at once."""
    health.log_outage(error)
    store = health.store_away(error)
    if request.path_info.startswith(_FOR_PROGRAMS):
        return health.unavailable(store)
    page = loader.render_to_string("503.html", {"store": store})
    headers = {"Retry-After": str(health.RETRY_AFTER)}
    return HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)


def busy(request: HttpRequest) -> HttpResponse:
    """So many log in at once that one more would hold up the pages of all others."""
    health.log_outage.write("Too many log-ins at once, so some get 503", "they wait for a hash")
    response: HttpResponse
    if request.path_info.startswith(_FOR_PROGRAMS):
        detail = "Too many people are logging in. Try again in a few seconds."
        response = refusal(HTTPStatus.SERVICE_UNAVAILABLE, detail, "too_many_log_ins")
    else:
        page = loader.render_to_string("503.html", {"busy": True})
        response = HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = str(_BUSY_RETRY_AFTER)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's ``CSRF_FAILURE_VIEW``: the request has no CSRF token of this site."""
    detail = f"CSRF check failed: {reason.rstrip('.')}. Nothing was changed."
    if request.path_info.startswith(API):
        return refusal(HTTPStatus.FORBIDDEN, detail, "csrf_failed")
    return render(request, "403_csrf.html", {"reason": reason}, status=HTTPStatus.FORBIDDEN)


def throttled(
    request: HttpRequest,
    retry_after: int,
    what: Literal["passwords", "accounts", "codes"] = "passwords",
) -> HttpResponse:
    """Too many wrong passwords or codes, or new accounts: try again in ``retry_after`` seconds."""
    context = {"wait": in_words(retry_after), "what": what}
    response = render(request, "429.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)
    response["Retry-After"] = str(retry_after)
    return response


def answer(
    request: HttpRequest, status: HTTPStatus, detail: str, code: str | None = None
) -> HttpResponse:
    """The page named after the status, or JSON whose ``code`` is the status in words."""
    if request.path_info.startswith(API):
        return refusal(status, detail, code or status.name.lower())
    return render(request, f"{status.value}.html", status=status)


def refusal(status: HTTPStatus, detail: str, code: str) -> JsonResponse:
    """``{"detail", "code"}``, the shape of every error of the API."""
    return JsonResponse({"detail": detail, "code": code}, status=status)


def in_words(seconds: int) -> str:
    """A time to wait: ``"40 seconds"``, ``"1 minute"``, ``"5 minutes"`` (rounded up)."""
    number, unit = (seconds, "second") if seconds < MINUTE else (-(-seconds // MINUTE), "minute")
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
