"""What the headers of some pages allow: lessons show other pages in frames, and these let them.

No other site may frame a page of this one (clickjacking), and no page that changes an account can
be framed at all.
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from accounts.lesson import EMBED, SCREEN
from accounts.middleware.headers import widen

View = Callable[..., HttpResponse]


def asks_for_embedding(request: HttpRequest) -> str:
    """How a page is asked for without the site around it, to be shown in a frame; empty: it is not.

    It does not parse the query, which may be what is wrong: an error's page is asked as well.
    """
    asked = request.META.get("QUERY_STRING", "").split("&")
    found = (value for value in ("1", SCREEN) if f"{EMBED}={value}" in asked)
    return next(found, "") if request.method in ("GET", "HEAD") else ""


def embeddable(view: View) -> View:
    """A page that this site's own pages may show in a frame, where it is asked for so."""

    @wraps(view)
    def shown(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if asks_for_embedding(request):
            response["X-Frame-Options"] = "SAMEORIGIN"
            widen(response, {"frame-ancestors": ["'self'"]})
        return response

    return shown


def framing(response: HttpResponse) -> HttpResponse:
    """Let a page show others of this site in frames. Returns it."""
    return widen(response, {"frame-src": ["'self'"]})
