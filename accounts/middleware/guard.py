"""A guard outside everything else, before CSRF or a parser reads the body.

Stock Django and DRF answer some of what is refused here with a 500.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

_API = "/api/"
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})


class RequestGuard:
    """Refuses requests that are too large, and API bodies that are not JSON in UTF-8."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on what is well-formed."""
        if request.method not in _BODILESS and (refusal := self._refusal(request)):
            return refusal
        return self.get_response(request)

    def _refusal(self, request: HttpRequest) -> HttpResponse | None:
        size = _content_length(request)
        if size is None:
            return _answer(HTTPStatus.BAD_REQUEST, "bad_length", "Content-Length is not a number")
        if size > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            text = f"A body has at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes"
            return _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", text)
        if size and request.path_info.startswith(_API) and not _is_json(request):
            text = "Send the body as application/json in UTF-8"
            return _answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json", text)
        return None


def _content_length(request: HttpRequest) -> int | None:
    value = request.META.get("CONTENT_LENGTH") or "0"
    return int(value) if value.isascii() and value.isdigit() and len(value) < 20 else None


def _is_json(request: HttpRequest) -> bool:
    charset = (request.content_params or {}).get("charset", "utf-8")
    return request.content_type == "application/json" and charset.lower() in ("utf-8", "utf8")


def _answer(status: HTTPStatus, code: str, detail: str) -> HttpResponse:
    return JsonResponse({"detail": detail, "code": code}, status=status)
