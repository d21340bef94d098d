"""Safe headers are the default on every response, errors included.

Content Security Policy in the shape of Django 6's ``SECURE_CSP``:
https://docs.djangoproject.com/en/6.0/ref/csp/
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders
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


_Kept = dict[str, tuple[str, str]]


def _kept(headers: Mapping[str, str]) -> _Kept:
    """Headers as Django keeps them: by their names in small letters, each with its name."""
    kept: _Kept = ResponseHeaders(headers)._store  # noqa: SLF001 - a test holds this form
    return kept


def _strict_transport() -> dict[str, str]:
    """What makes browsers come back by HTTPS alone (RFC 6797, section 6.1)."""
    if not settings.SECURE_HSTS_SECONDS:
        return {}
    subdomains = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    preload = "; preload" if settings.SECURE_HSTS_PRELOAD else ""
    age = f"max-age={settings.SECURE_HSTS_SECONDS}"
    return {"Strict-Transport-Security": f"{age}{subdomains}{preload}"}


class SafeHeaders:
    """Adds each header that a response has not set itself. It is the outermost middleware.

    It stands in for Django's ``SecurityMiddleware`` and ``XFrameOptionsMiddleware``, which reach
    fewer responses; ``accounts.site.checks`` looks whether it does. The headers are made once, in
    the form in which Django keeps those of a response: to set them one by one for each response
    costs a tenth of a request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        anywhere = {
            "Content-Security-Policy": policy(settings.SECURE_CSP),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            # Every page shows who is logged in, so no cache may keep it. This includes the page
            # that answers the request for a missing static file.
            "Cache-Control": "no-store",
        }
        # Browsers obey it on secure origins alone, and complain about it on others.
        trusted = anywhere | {
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY
        }
        self._anywhere, self._trusted = _kept(anywhere), _kept(trusted)
        self._encrypted = _kept(trusted | _strict_transport())

    def _defaults(self, request: HttpRequest) -> _Kept:
        if request.is_secure():
            return self._encrypted
        is_loopback = _LOOPBACK.match(request.META.get("HTTP_HOST", "localhost"))
        return self._trusted if is_loopback else self._anywhere

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = {**self._defaults(request), **response.headers._store}  # noqa: SLF001
        if "public" not in headers["cache-control"][1]:
            headers["vary"] = _vary(headers["vary"][1] if "vary" in headers else "")
        if "content-length" not in headers and not response.streaming:
            headers["content-length"] = ("Content-Length", str(len(response.content)))
        response.headers._store = headers  # noqa: SLF001
        return response


@lru_cache(maxsize=64)  # of the few values that responses have set themselves
def _vary(said: str) -> tuple[str, str]:
    """The header, with the two headers of a request that say who is logged in."""
    response = HttpResponse(headers={"Vary": said} if said else {})
    patch_vary_headers(response, ("Cookie", "Authorization"))
    return "Vary", response.headers["Vary"]
