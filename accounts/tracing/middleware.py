"""Traces requests when switched on, and tells the browser in a ``Server-Timing`` header."""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.tracing.recorder import Trace, is_wanted, tracing
from accounts.tracing.sql import sql_steps

_TRACED = "/api/"


class TraceMiddleware:
    """Traces every API request while ``TRACING`` is on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Trace one request, or pass it on."""
        asked = settings.TRACING or is_wanted()
        if not asked or not request.path_info.startswith(_TRACED):
            return self.get_response(request)
        with tracing() as trace, sql_steps(trace):
            response = self.get_response(request)
            response["Server-Timing"] = ", ".join(server_timing(trace))
        return response


def server_timing(trace: Trace) -> Iterator[str]:
    """The trace as metrics in milliseconds (https://www.w3.org/TR/server-timing/)."""
    for number, step in enumerate(trace.steps):
        # What needs no escape between the quotes of a header (RFC 9110, section 5.6.4).
        plain = (c for c in step.name if c.isascii() and c.isprintable() and c not in '"\\')
        description = "".join(plain)
        yield f'{step.kind}{number};desc="{description}";dur={step.duration / 1e6:.3f}'
    yield f"total;dur={trace.elapsed / 1e6:.3f}"
