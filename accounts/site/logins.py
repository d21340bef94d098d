"""A login is a device: list a user's, and end one, the others or all, in both modes."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Case, Count, F, Q, QuerySet, When, Window
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import EndReason, Login, User
from accounts.site.devices import Device, device
from accounts.strategies import Family, strategies

PAGE = 100
MAX_ENDED = 20

# A longer number would overflow the database's integer type as an OFFSET.
_DIGITS = 9

EXPIRED = "expired"
UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Ended:
    """When a login ended (None where only its user's counter tells), and why."""

    at: datetime | None
    code: str
    why: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list."""

    login: Login
    device: Device
    family: Family
    is_current: bool
    ended: Ended | None

    @property
    def over_since(self) -> datetime:
        """When it ended, as far as that is known."""
        return (self.ended and self.ended.at) or self.login.last_seen


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the live logins, how many there are in all, and what ended recently."""

    live: Sequence[Entry]
    ended: Sequence[Entry]
    page: int
    total: int

    @property
    def is_last(self) -> bool:
        """Whether there is no next page."""
        return self.page * PAGE >= self.total


class NoSuchPage(Exception):
    """The page's number is none, or too high."""


def listing(user: User, *, current: uuid.UUID | None, page: int = 1) -> Listing:
    """The logins of a user; ``current`` is the one that asks. Two queries.

    Those that ended are on the first page alone.

    Raises:
        NoSuchPage: the one before it was the last.
    """
    # The user's row as it is now: the caller's may be from before a change of password, which gave
    # the login that made it a new version.
    live = user.logins.in_use().filter(token_version=F("user__token_version"))
    this_first = Case(When(pk=current, then=0), default=1)
    start = (page - 1) * PAGE
    rows = live.select_related("user").order_by(this_first, "-last_seen", "pk")
    found = list(rows.annotate(total=Window(Count("pk")))[start : start + PAGE])
    if page > 1 and not found:
        raise NoSuchPage
    entries = [entry(row, row.user, current) for row in found]
    over = _over(user, live, entries, current) if page == 1 else []
    total = found[0].total if found else 0  # type: ignore[attr-defined]  # of the annotation
    return Listing(entries, over, page, total)


def _over(
    user: User, live: "QuerySet[Login]", shown: Sequence[Entry], current: uuid.UUID | None
) -> Sequence[Entry]:
    since = timezone.now() - settings.ENDED_LOGINS_KEPT
    rows = user.logins.filter(Q(ended_at=None) | Q(ended_at__gt=since), expires__gt=since)
    # What ended since the first query is shown as live, and not twice.
    others = rows.exclude(pk__in=live).exclude(pk__in=[each.login.pk for each in shown])
    newest = others.select_related("user").order_by(Coalesce("ended_at", "last_seen").desc())
    # Fetch more than we show: SQL sorts by last use, but an expired login ends later than that;
    # the exact order is made in Python.
    entries = [entry(row, row.user, current) for row in newest[: 3 * MAX_ENDED]]
    return sorted(entries, key=lambda e: e.over_since, reverse=True)[:MAX_ENDED]


def page_number(text: str | None) -> int:
    """The page that a query parameter names; the first one where it is missing or empty.

    Raises:
        NoSuchPage: it is no number from 1 on.
    """
    if not text:
        return 1
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    if not is_number or int(text) < 1:
        raise NoSuchPage
    return int(text)


def entry(login: Login, user: User, current: uuid.UUID | None) -> Entry:
    """A login in words."""
    return Entry(
        login=login,
        device=device(login.user_agent),
        family=_family(login),
        is_current=login.pk == current,
        ended=ended(login, user),
    )


def _family(login: Login) -> Family:
    """How it was carried; guessed where a strategy has been taken out of the program since."""
    if login.strategy in strategies:
        return strategies[login.strategy].family
    return Family.SESSION if login.refresh_jti is None else Family.JWT


def ended(login: Login, user: User) -> Ended | None:
    """Whether a login is over, and why."""
    now = timezone.now()
    if login.ended_at is not None:
        reason = EndReason(login.end_reason)
        return Ended(login.ended_at, reason.value, reason.label)
    if login.expires <= now:
        return Ended(login.expires, EXPIRED, "expired")
    if login.unused_until <= now:
        return Ended(login.unused_until, UNUSED, "not used for too long")
    if login.token_version != user.token_version:
        return Ended(None, EndReason.EVERYWHERE.value, "ended together with all others")
    return None


def end_one(user: User, login_id: uuid.UUID, *, current: uuid.UUID | None) -> Login:
    """End one login of a user. Ending it again changes nothing.

    Raises:
        Login.DoesNotExist: there is none, or it is somebody else's, which is not told apart.
    """
    login = user.logins.get(pk=login_id)
    reason = EndReason.LOGGED_OUT if login_id == current else EndReason.ELSEWHERE
    user.logins.filter(pk=login_id).end(reason)
    return login


def end_others(user: User, *, current: uuid.UUID | None) -> int:
    """End every login of a user but the current one. Returns how many ended."""
    return user.end_logins(EndReason.ELSEWHERE, keep=current)
