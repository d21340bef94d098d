"""Cross-origin requests by django-cors-headers, which costs other requests next to nothing."""

from corsheaders.middleware import CorsMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers


class Cors(CorsMiddleware):
    """The library's. A request that names no origin is told only that naming one would matter."""

    def add_response_headers(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if "HTTP_ORIGIN" in request.META:
            return super().add_response_headers(request, response)
        # The library parses all headers of the request to see that this one is missing.
        if getattr(request, "_cors_enabled", False):  # as it has noted itself
            patch_vary_headers(response, ("origin",))
        return response
