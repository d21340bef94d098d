"""Cross-origin requests by django-cors-headers, where an origin is listed."""

from collections.abc import Callable

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers


class Cors(CorsMiddleware):
    """The library's. A request that names no origin is told only that naming one would matter."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.CORS_ALLOWED_ORIGINS:  # then every request would pay for nothing
            raise MiddlewareNotUsed
        super().__init__(get_response)

    def add_response_headers(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if "HTTP_ORIGIN" in request.META:
            return super().add_response_headers(request, response)
        # The library parses all headers of the request to see that this one is missing.
        if getattr(request, "_cors_enabled", False):  # as it has noted itself
            patch_vary_headers(response, ("origin",))
        return response
