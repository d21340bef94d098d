"""A guard that runs before CSRF or a parser reads the body.

Stock Django and DRF answer some of the requests that it refuses with a 500.
"""

import re
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    JsonResponse,
)

_OAUTH = "/oauth/"
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
# What the bodies below an address are written in; the first that fits. A client written for
# simplejwt may send its forms.
_MEDIA = {
    "/api/token/": (_JSON, _FORM, "multipart/form-data"),
    "/api/": (_JSON,),
    _OAUTH: (_FORM,),
}
_FOR_PEOPLE = "/api/docs/"
_DIGITS = 18
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


class RequestGuard:
    """Refuses unencrypted and oversized requests, and bodies that the endpoint cannot read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.endswith("/") and _media_types(request.path_info):
            # Django would redirect, and a client then sends a GET in place of its POST.
            request.path_info += "/"
            request.path += "/"
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            return _unencrypted(request)
        if request.method not in _BODILESS and (refusal := self._refusal(request)):
            return refusal
        return self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if _is_from_another_site(request):
            text = "A page of another site sent this"
            return refuse(request, HTTPStatus.FORBIDDEN, "cross_site", text)
        size = _content_length(request)
        if size is None and "HTTP_TRANSFER_ENCODING" in request.META:
            text = "Send a Content-Length, not chunks"
            return refuse(request, HTTPStatus.LENGTH_REQUIRED, "length_required", text)
        if size is None:
            text = "Content-Length is not a number"
            return refuse(request, HTTPStatus.BAD_REQUEST, "bad_length", text)
        if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            text = f"A body has at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes"
            return refuse(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", text)
        wanted = _media_types(request.path_info)
        if size and wanted and not _is_utf8(request, wanted):
            text = f"Send the body as {' or '.join(wanted)} in UTF-8"
            status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            return refuse(request, status, "unsupported_media_type", text)
        return None


def _unencrypted(request: HttpRequest) -> HttpResponse:
    if _for_programs(request):
        # A redirect would let a client send its token in the clear each time, unnoticed (OWASP
        # ASVS 5.0, 4.1.2). Only people are redirected.
        return refuse(request, HTTPStatus.FORBIDDEN, "https_required", "Use https, not http")
    address = f"https://{request.get_host()}{request.get_full_path()}"
    return HttpResponsePermanentRedirect(address)


def _for_programs(request: HttpRequest) -> bool:
    return bool(_media_types(request.path_info)) and request.path_info != _FOR_PEOPLE


def _is_from_another_site(request: HttpRequest) -> bool:
    # Endpoints without a credential require no CSRF token either: another site's page could use up
    # a visitor's share of the limits, or replace a visitor's cookie by its own.
    # https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
    said = request.META.get("HTTP_SEC_FETCH_SITE")
    is_another = said == "cross-site" and request.path_info.startswith("/api/")
    return is_another and not _is_from_an_allowed_origin(request)


def _is_from_an_allowed_origin(request: HttpRequest) -> bool:
    is_allowed = request.META.get("HTTP_ORIGIN") in settings.CORS_ALLOWED_ORIGINS
    return is_allowed and re.match(settings.CORS_URLS_REGEX, request.path_info) is not None


def _media_types(path: str) -> tuple[str, ...]:
    return next((media for prefix, media in _MEDIA.items() if path.startswith(prefix)), ())


def _content_length(request: HttpRequest) -> int | None:
    chunked = "HTTP_TRANSFER_ENCODING" in request.META
    value = request.META.get("CONTENT_LENGTH") or ("" if chunked else "0")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= _DIGITS else None


def _is_utf8(request: HttpRequest, media_types: tuple[str, ...]) -> bool:
    charset = (request.content_params or {}).get("charset", "utf-8")
    return request.content_type in media_types and charset.lower() in ("utf-8", "utf8")


def refuse(request: HttpRequest, status: HTTPStatus, code: str, detail: str) -> HttpResponse:
    """The answer to a program whose request is not read, in the words of the API or of OAuth."""
    if request.path_info.startswith(_OAUTH):
        # The one answer that an OAuth client knows to a malformed request: RFC 6749, section 5.2,
        # to which RFC 7009 and RFC 7662 refer.
        content = {"error": "invalid_request", "error_description": detail}
        return JsonResponse(content, status=HTTPStatus.BAD_REQUEST)
    return JsonResponse({"detail": detail, "code": code}, status=status)
