"""Safe headers are the default on every response, errors included.

Content Security Policy in the shape of Django 6's ``SECURE_CSP``:
https://docs.djangoproject.com/en/6.0/ref/csp/
"""

import re
from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

# https://w3c.github.io/webappsec-secure-contexts/#is-origin-trustworthy
_LOOPBACK = re.compile(r"(127\.[\d.]+|\[::1\]|([\w-]+\.)*localhost)(:\d+)?$")


def policy(directives: Mapping[str, Sequence[str]]) -> str:
    """The header's value for a mapping of directives to sources."""
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


def widen(response: HttpResponse, directives: Mapping[str, Sequence[str]]) -> HttpResponse:
    """Let one response do more than the site's policy: these sources as well. Returns it."""
    header = response.headers.get("Content-Security-Policy") or policy(settings.SECURE_CSP)
    found = {name: sources for name, *sources in map(str.split, header.split("; "))}
    for name, sources in directives.items():
        kept = [source for source in found.get(name, []) if source != "'none'"]
        found[name] = [*kept, *sources]
    response.headers["Content-Security-Policy"] = policy(found)
    return response


class SafeHeaders:
    """Adds each header that a response has not set itself. It is the outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._defaults = {
            "Content-Security-Policy": policy(settings.SECURE_CSP),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        }

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        for name, value in self._defaults.items():
            headers.setdefault(name, value)
        if "public" not in headers.get("Cache-Control", ""):
            # Every page shows who is logged in, so no cache may keep it. This includes the page
            # that answers the request for a missing static file.
            headers.setdefault("Cache-Control", "no-store")
            patch_vary_headers(response, ("Cookie", "Authorization"))
        if not (request.is_secure() or _LOOPBACK.match(request.META.get("HTTP_HOST", "localhost"))):
            # Browsers obey it on secure origins alone, and complain about it on others.
            del headers["Cross-Origin-Opener-Policy"]
        return response
