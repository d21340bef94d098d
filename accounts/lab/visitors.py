"""Who a visitor of the lab is: a random id in a signed cookie, tied to no account.

It decides whose throwaway users and whose runs are whose, so nobody may make one up.
"""

import uuid

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts import conf
from accounts.site import throttle
from accounts.site.clients import client_ip, throttle_key
from accounts.site.throttle import Limit
from accounts.tracing.recorder import untraced

_COOKIE = "lab_visitor"
_SALT = "lab visitor"


def visitor_known(request: HttpRequest) -> uuid.UUID | None:
    """The visitor of this request's cookie; None without a cookie of ours."""
    try:
        return uuid.UUID(
            signing.loads(request.COOKIES.get(conf.cookie_name(_COOKIE), ""), salt=_SALT)
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None


def visitor_count(request: HttpRequest) -> None:
    """Count one throwaway user, or one new visitor, of the peer that asks.

    Raises:
        Throttled: its address, or all of them together, have made too many.
    """
    _take("lab-users", request)


def login_count(request: HttpRequest) -> None:
    """Count one log-in of a throwaway user, which leaves rows behind.

    Raises:
        Throttled: there were too many from this address, or from everywhere.
    """
    _take("lab-logins", request)


def _take(scope: str, request: HttpRequest) -> None:
    with untraced():  # no strategy asks for it
        throttle.take(
            Limit(scope, throttle_key(client_ip(request))), Limit(f"{scope}-site", "everybody")
        )


def visitor_remember(response: HttpResponseBase, visitor: uuid.UUID) -> None:
    """Set the cookie, for as long as the visitor's runs are kept."""
    response.set_cookie(
        conf.cookie_name(_COOKIE),
        signing.dumps(visitor.hex, salt=_SALT),
        max_age=settings.LAB_RUN_LIFETIME,
        httponly=True,
        secure=not settings.DEMO,
        samesite="Lax",
    )
