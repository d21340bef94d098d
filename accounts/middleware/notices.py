"""Messages on the next page: why the visitor is logged out, that a token was copied."""

from collections.abc import Awaitable, Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from accounts import conf
from accounts.middleware.login import known_user
from accounts.models import EndReason, Login, User, login_replay_untold
from accounts.site.devices import device
from accounts.strategies import Refused
from accounts.strategies.session_joined import SessionStore

# For programs: nobody would see a message.
_NO_PAGES = ("/api/", "/oauth/", "/.well-known/")
_LOGGED_OUT = frozenset(
    {"login_ended", "login_outdated", "login_expired", "login_unused", "session_expired"}
)


class MessageCookie(CookieStorage):
    """Django's storage in a signed cookie, with a name that no other host can set."""

    @property
    def cookie_name(self) -> str:  # type: ignore[override]  # an attribute of the class there
        return conf.cookie_name("messages")


class Notices(MessageMiddleware):
    """Django's messages for pages, and those of our own, which the next page shows once.

    A subclass, since the admin checks for that.
    """

    async_capable = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if request.path_info.startswith(_NO_PAGES):
            return self.get_response(request)
        return super().__call__(request)

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        """Add the messages for the login of the cookie, if there is a cookie."""
        if request.path_info.startswith(_NO_PAGES):
            return
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return
        user = known_user(request)
        if isinstance(user, User):
            for words in _replays(user):
                messages.warning(request, words)
        elif reason := _why_logged_out(request):
            messages.info(request, f"You are no longer logged in. {reason}.")


def _why_logged_out(request: HttpRequest) -> str | None:
    session = request.session
    verdict = session.verdict if isinstance(session, SessionStore) else None
    if isinstance(verdict, Refused) and verdict.code in _LOGGED_OUT:
        return verdict.reason
    return None


def _replays(user: User) -> Iterator[str]:
    """A warning, once, for each login that a replayed refresh token ended."""
    if not login_replay_untold(user):
        return
    for login in user.logins.filter(end_reason=EndReason.REPLAYED, replay_notified_at=None):
        # Two pages may be loaded at once: the UPDATE decides which one shows it.
        unnotified = Login.objects.filter(pk=login.pk, replay_notified_at=None)
        if unnotified.update(replay_notified_at=timezone.now()):
            yield _replay_warning(login)


def _replay_warning(login: Login) -> str:
    where = f"{device(login.user_agent)}, {login.ip}" if login.ip else device(login.user_agent)
    return (
        f"A refresh token of one of your logins ({where}) was sent a second time. "
        "Somebody may have a copy of it, so that login was ended. "
        "If you do not know why, change your password."
    )
