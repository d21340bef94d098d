"""Deployment checks: what the site answers is as safe as with Django's own middleware.

Django looks for its ``SecurityMiddleware`` in the settings, and without it checks none of the rest.
These look at an answer instead.
"""

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004 - Django's name
from django.core.checks.security.base import (
    CROSS_ORIGIN_OPENER_POLICY_VALUES,
    REFERRER_POLICY_VALUES,
)
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.utils.module_loading import import_string

_GUARD = "accounts.middleware.guard.RequestGuard"
# What each header has to be like.
_EXPECTED = {
    "Strict-Transport-Security": r"max-age=[1-9]\d*; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "|".join(REFERRER_POLICY_VALUES),
    "Cross-Origin-Opener-Policy": "|".join(CROSS_ORIGIN_OPENER_POLICY_VALUES),
    "Content-Security-Policy": r"default-src 'none'; .*frame-ancestors 'none'.*",
}


@register(Tags.security, deploy=True)
def safe_answers(**kwargs: Any) -> Sequence[CheckMessage]:
    """The outermost middleware makes an answer safe, and the guard lets nothing in unencrypted."""
    return [*_headers(), *_encryption()]


def _headers() -> Iterator[CheckMessage]:
    answer = _an_answer()
    for name, expected in _EXPECTED.items():
        said = answer.headers.get(name, "")
        if not re.fullmatch(expected, said):
            text = f"Answers have the header {name}: {said!r}."
            yield Warning(text, hint=f"It should be like {expected}.", id="accounts.W001")


def _an_answer() -> HttpResponse:
    """What a client gets by HTTPS of an answer that sets no header itself."""
    encrypted = {"REQUEST_METHOD": "GET", "wsgi.url_scheme": "https", "wsgi.input": BytesIO()}
    outermost = import_string(settings.MIDDLEWARE[0])
    answer: HttpResponse = outermost(lambda _: HttpResponse())(WSGIRequest(encrypted))
    return answer


def _encryption() -> Iterator[CheckMessage]:
    if not settings.SECURE_SSL_REDIRECT or _GUARD not in settings.MIDDLEWARE:
        text = "Requests without encryption are answered."
        hint = f"Set SECURE_SSL_REDIRECT, and keep {_GUARD} in MIDDLEWARE."
        yield Warning(text, hint=hint, id="accounts.W002")
