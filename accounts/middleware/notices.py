"""What a visitor is told on the next page: why they are logged out, that a token was copied."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import EndReason, Login, User
from accounts.site.devices import device
from accounts.strategies import Refused
from accounts.strategies.session_joined import SessionStore

# Programs read these: nobody would see a message.
_NO_PAGES = ("/api/", "/oauth/", "/.well-known/")
_LOGGED_OUT = frozenset(
    {"login_ended", "login_outdated", "login_expired", "login_unused", "session_expired"}
)


class Notices:
    """Adds the messages; the first page that is shown shows them, once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on: only what has a view gets a message."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        """Look at the login of the cookie; without a cookie there is nothing to ask."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return
        if request.path_info.startswith(_NO_PAGES):
            return
        if isinstance(request.user, User) and request.user.is_authenticated:
            for words in _replays(request.user):
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
    """What to say of each login that a replayed refresh token ended; each is told once."""
    for login in user.logins.filter(end_reason=EndReason.REPLAYED, replay_notified_at=None):
        # Two pages may ask at once: the row decides which one tells.
        untold = Login.objects.filter(pk=login.pk, replay_notified_at=None)
        if untold.update(replay_notified_at=timezone.now()):
            yield _told(login)


def _told(login: Login) -> str:
    where = f"{device(login.user_agent)}, {login.ip}" if login.ip else device(login.user_agent)
    return (
        f"A refresh token of one of your logins ({where}) was sent a second time. "
        "Somebody may have a copy of it, so that login was ended. "
        "If you do not know why, change your password."
    )
