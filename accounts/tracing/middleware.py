"""Traces requests when switched on, and tells the browser in a ``Server-Timing`` header."""

import re
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.tracing.recorder import Trace, is_wanted, tracing
from accounts.tracing.sql import sql_steps

_TRACED = "/api/"
_UNTRACED = "/api/lesson/"  # nobody looks at it, and a whole class asks every few seconds
_ESCAPED = re.compile(r"[^ !#-\[\]-~]")


class TraceMiddleware:
    """Traces every API request but those of lessons while ``TRACING`` is on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = settings.TRACING or is_wanted()
        path = request.path_info
        if not asked or not path.startswith(_TRACED) or path.startswith(_UNTRACED):
            return self.get_response(request)
        with tracing() as trace, sql_steps(trace):
            response = self.get_response(request)
            response.headers["Server-Timing"] = ", ".join(server_timing(trace))
        return response


def server_timing(trace: Trace) -> list[str]:
    """The trace as metrics in milliseconds (https://www.w3.org/TR/server-timing/)."""
    steps = [
        f"{_metric(step.kind, number, step.name)}{step.duration / 1e6:.3f}"
        for number, step in enumerate(trace.steps)
    ]
    return [*steps, f"total;dur={trace.elapsed / 1e6:.3f}"]


@lru_cache(maxsize=512)
def _metric(kind: str, number: int, name: str) -> str:
    """A metric up to its number. The names are few: labels in the code, statements by table."""
    # What needs no escape between the quotes of a header (RFC 9110, section 5.6.4).
    plain = _ESCAPED.sub("", name)
    return f'{kind}{number};desc="{plain}";dur='
