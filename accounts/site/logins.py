"""A login is a device: list a user's, and end one, the others or all, in both modes."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Subquery
from django.utils import timezone

from accounts.models import EndReason, Login, User
from accounts.site.devices import Device, device
from accounts.strategies import Family, strategies

PAGE = 100
MAX_LISTED = 1000  # a script that logs in at each run leaves more: so many of them are looked at
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
    """One page of the live logins, how many of them are listed, and what ended recently."""

    live: Sequence[Entry]
    ended: Sequence[Entry]
    page: int
    total: int
    is_cut: bool  # whether only those used last were looked at

    @property
    def is_last(self) -> bool:
        """Whether there is no next page."""
        return self.page * PAGE >= self.total


class NoSuchPage(Exception):
    """The page's number is none, or too high."""


def listing(user: User, *, current: uuid.UUID | None, page: int = 1) -> Listing:
    """The logins of a user; ``current`` is the one that asks. Two queries.

    Of more than ``MAX_LISTED`` those count that were used last, and the current one. Those that
    ended are on the first page alone.

    Raises:
        NoSuchPage: the one before it was the last.
    """
    rows = _last_used(user, current)
    live = [row for row in rows if ended(row, user) is None]
    shown = live[(page - 1) * PAGE : page * PAGE]
    if page > 1 and not shown:
        raise NoSuchPage
    lapsed = [row for row in rows if ended(row, user)]
    # Fetch more than we show: they come by last use, but an expired login ends later than that.
    over = [*_ended(user, known=rows), *lapsed[: 3 * MAX_ENDED]] if page == 1 else []
    newest = sorted(
        (entry(row, user, current) for row in over), key=lambda e: e.over_since, reverse=True
    )
    return Listing(
        live=[entry(row, user, current) for row in shown],
        ended=newest[:MAX_ENDED],
        page=page,
        total=len(live),
        is_cut=len(rows) >= MAX_LISTED,
    )


def _last_used(user: User, current: uuid.UUID | None) -> list[Login]:
    """The logins that nobody has ended, those used last, with the current one before them."""
    since = timezone.now() - settings.ENDED_LOGINS_KEPT
    rows = user.logins.filter(ended_at=None, expires__gt=since)
    # Neither a join nor a second key of the order: then an index has them in this order.
    version = User.objects.filter(pk=user.pk).values("token_version")
    rows = rows.annotate(version=Subquery(version))
    found = list(rows.order_by("-last_seen")[:MAX_LISTED])
    first = [row for row in found if row.pk == current]
    if current and len(found) == MAX_LISTED and not first:
        first = list(rows.filter(pk=current))
    found = first + [row for row in found if row.pk != current]
    if found:
        # The caller's may be from before a change of password, which gave the login that made it a
        # new version.
        user.token_version = found[0].version  # type: ignore[attr-defined]  # of the annotation
    return found


def _ended(user: User, *, known: Sequence[Login]) -> list[Login]:
    """Those that ended lately. What has done so since ``known`` was read is shown as live."""
    since = timezone.now() - settings.ENDED_LOGINS_KEPT
    newest = user.logins.filter(ended_at__gt=since, expires__gt=since).order_by("-ended_at")
    ids = {row.pk for row in known}
    return [row for row in newest[:MAX_ENDED] if row.pk not in ids]


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
