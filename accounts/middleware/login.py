"""The user of the session cookie, without a second query."""

from functools import partial

from django.contrib.auth.middleware import AuthenticationMiddleware, auser
from django.contrib.auth.models import AnonymousUser
from django.db import Error
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.middleware import health
from accounts.models import User, login_touch
from accounts.site.security import security_note
from accounts.strategies import Accepted
from accounts.strategies.session_joined import SessionStore


class LoginMiddleware(AuthenticationMiddleware):
    """``request.user`` from our session engine, which loads both in one query.

    A subclass of Django's, since the admin checks for that.
    """

    def process_request(self, request: HttpRequest) -> None:
        # Lazily: a view that does not ask for the user costs no query.
        request.user = SimpleLazyObject(lambda: session_user(request))  # type: ignore[assignment]
        request.auser = partial(auser, request)  # as Django's does


def session_user(request: HttpRequest) -> User | AnonymousUser:
    """The user of the cookie; at most once a minute the login's row notes that it was used."""
    session = request.session
    if not isinstance(session, SessionStore):
        raise TypeError("SESSION_ENGINE must be accounts.strategies.session_joined")
    session.keys()  # loads it
    verdict = session.verdict
    if isinstance(verdict, Accepted) and verdict.needs_touch and verdict.login_id:
        login_touch(verdict.login_id)
    if session.is_unreadable:
        security_note(request, "session unreadable", user_id=session.user.pk)
    return session.user


def known_user(request: HttpRequest) -> User | AnonymousUser | None:
    """The user, for what a page can do without: None while the database is away.

    Asked once per request, as each try may wait for the database.
    """
    if "known user" not in request.META:
        request.META["known user"] = _user_or_none(request)
    found: User | AnonymousUser | None = request.META["known user"]
    return found


def _user_or_none(request: HttpRequest) -> User | AnonymousUser | None:
    if not hasattr(request, "user"):  # refused before anybody looked
        return AnonymousUser()
    try:
        request.user.is_authenticated  # noqa: B018  (loads it)
    except Error as error:
        if not health.is_outage(error):
            raise
        health.log_outage(error)
        return None
    return request.user
