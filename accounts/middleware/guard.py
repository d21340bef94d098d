"""A guard outside everything else, before CSRF or a parser reads the body.

Stock Django and DRF answer some of what is refused here with a 500.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

_OAUTH = "/oauth/"
_MEDIA = {"/api/": "application/json", _OAUTH: "application/x-www-form-urlencoded"}
_FOR_PEOPLE = "/api/docs/"
_DIGITS = 18
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


class RequestGuard:
    """Refuses requests in the clear, those too large, and bodies that an endpoint does not read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on what is well-formed."""
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and _for_programs(request):
            # Sent on to HTTPS, a client would go on sending its token in the clear, unnoticed
            # (OWASP ASVS 5.0, 4.1.2). People are sent on.
            return _answer(request, HTTPStatus.FORBIDDEN, "https_required", "Use https, not http")
        if request.method not in _BODILESS and (refusal := self._refusal(request)):
            return refusal
        return self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        if _is_from_another_site(request):
            text = "A page of another site sent this"
            return _answer(request, HTTPStatus.FORBIDDEN, "cross_site", text)
        size = _content_length(request)
        if size is None:
            text = "Content-Length is not a number"
            return _answer(request, HTTPStatus.BAD_REQUEST, "bad_length", text)
        if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            text = f"A body has at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes"
            return _answer(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", text)
        wanted = _media_type(request.path_info)
        if size and wanted and not _is_utf8(request, wanted):
            text = f"Send the body as {wanted} in UTF-8"
            status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
            return _answer(request, status, "unsupported_media_type", text)
        return None


def _for_programs(request: HttpRequest) -> bool:
    return _media_type(request.path_info) is not None and request.path_info != _FOR_PEOPLE


def _is_from_another_site(request: HttpRequest) -> bool:
    # Endpoints that need no credential ask for no CSRF token either: a stranger's page could still
    # spend a visitor's share of them, or put another visitor's cookie in place of theirs.
    # https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
    said = request.META.get("HTTP_SEC_FETCH_SITE")
    return said == "cross-site" and request.path_info.startswith("/api/")


def _media_type(path: str) -> str | None:
    return next((media for prefix, media in _MEDIA.items() if path.startswith(prefix)), None)


def _content_length(request: HttpRequest) -> int | None:
    value = request.META.get("CONTENT_LENGTH") or "0"
    return int(value) if value.isascii() and value.isdigit() and len(value) <= _DIGITS else None


def _is_utf8(request: HttpRequest, media_type: str) -> bool:
    charset = (request.content_params or {}).get("charset", "utf-8")
    return request.content_type == media_type and charset.lower() in ("utf-8", "utf8")


def _answer(request: HttpRequest, status: HTTPStatus, code: str, detail: str) -> HttpResponse:
    if request.path_info.startswith(_OAUTH):
        # An OAuth client knows one answer to a request that is not as it should be: RFC 6749,
        # section 5.2, which RFC 7009 and RFC 7662 refer to.
        content = {"error": "invalid_request", "error_description": detail}
        return JsonResponse(content, status=HTTPStatus.BAD_REQUEST)
    return JsonResponse({"detail": detail, "code": code}, status=status)
