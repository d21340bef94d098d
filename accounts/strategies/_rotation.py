"""Refresh tokens that work once: the first use wins, and what comes again is told apart.

RFC 9700, section 4.14.2. A spent refresh token comes again for one of three reasons:

- requests ran in parallel: within the grace, they all get the same live successor;
- an answer was lost: nobody has sent a token of the live pair, whose parent comes again. Within the
  grace that is like the above. Later it gets a new successor, and the pair that nobody has seen is
  dead. Either way it counts as spent at this moment: what runs in parallel shares its successor;
- two hold a copy: the login ends. It also ends when a token of such a dead pair is sent after all.

Neither address nor user agent decides: a telephone changes its network, a thief copies both.

The lost answer gets a new successor so that two copies always part. If the same one were handed out
again, a thief who refreshes first and waits for the owner would share it unnoticed. What remains is
the price of the grace: a thief who always acts within it is not noticed, be it by asking again and
again until the owner follows.

The login's row holds the state, so the database decides every race: a rotation is one UPDATE, whose
condition is the state that was read.
"""

import uuid
from contextlib import nullcontext
from datetime import datetime, timedelta
from enum import Enum, auto
from types import SimpleNamespace
from typing import NamedTuple

from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.models import EndReason, Login
from accounts.models.blacklist import blacklist
from accounts.strategies._base import LOGIN_MISSING, Accepted, Refused, verdict_of
from accounts.strategies._blacklist import listed_for
from accounts.tokens.codec import Claims

MAX_SPENT = 50  # what one login can make its row hold
_MAX_TRIES = 50  # each lost one is a rotation by another request
_REPLAYED = Refused(
    "spend refresh token",
    "refresh_replayed",
    "This refresh token was spent before: somebody has a copy, so the whole login has ended",
)
_SUPERSEDED = Refused(
    "look up blacklist",
    "refresh_replayed",
    "Another token took the place of this one: somebody has a copy, so the whole login has ended",
)


class Spent(NamedTuple):
    """The login and its user, and the id of the refresh token to hand out."""

    login: Login
    refresh_jti: uuid.UUID


class _Shown(Enum):
    """What a refresh token is when it is sent."""

    LIVE = auto()
    IN_PARALLEL = auto()
    ASKED_AGAIN = auto()
    ANSWER_LOST = auto()
    REPLAYED = auto()


def start(login: Login) -> uuid.UUID:
    """The id of a login's first refresh token, noted as the one not yet spent. One query."""
    login.refresh_jti = uuid.uuid4()
    Login.objects.filter(pk=login.pk).update(refresh_jti=login.refresh_jti)
    return login.refresh_jti


def spend(claims: Claims, *, grace: timedelta) -> Spent | Refused:
    """Spend a verified refresh token, or end its login. Two queries.

    Raises:
        OperationalError: other requests changed the login each time between reading and writing.
    """
    for _ in range(_MAX_TRIES):
        login = Login.objects.select_related("user").filter(pk=claims.sid).first()
        if login is None or login.user_id != claims.user_id or login.refresh_jti is None:
            return LOGIN_MISSING
        verdict = verdict_on(login)
        if isinstance(verdict, Refused):
            return verdict
        now = timezone.now()
        shown = _shown(login, claims.jti, now - grace)
        if shown is _Shown.REPLAYED:
            Login.objects.filter(pk=login.pk).end(EndReason.REPLAYED)
            return _REPLAYED
        if shown is _Shown.IN_PARALLEL:
            return Spent(login, login.refresh_jti)
        if successor := _rotate(login, shown, claims.jti, now, grace):
            return Spent(login, successor)
    raise OperationalError("Too many requests refresh one login at once")


def listed(login_id: uuid.UUID, reason: EndReason, *, goes_on: bool) -> Refused:
    """The verdict on a token that is on the blacklist.

    While its login goes on, a replay is listed for a dead pair alone, which ends the login.
    """
    if not goes_on or reason is not EndReason.REPLAYED:
        return listed_for(reason)
    Login.objects.filter(pk=login_id).end(EndReason.REPLAYED)
    return _SUPERSEDED


def _shown(login: Login, jti: uuid.UUID, since: datetime) -> _Shown:
    """What a refresh token is to its login; the grace began at ``since``."""
    if jti == login.refresh_jti:
        return _Shown.LIVE
    in_grace = jti.hex in (spent for spent, _ in _spent_since(login, since))
    if login.spent and login.spent[-1][0] == jti.hex and not login.pair_seen:
        return _Shown.ASKED_AGAIN if in_grace else _Shown.ANSWER_LOST
    return _Shown.IN_PARALLEL if in_grace else _Shown.REPLAYED


def _spent_since(login: Login, since: datetime) -> list[list[object]]:
    return [entry for entry in login.spent if entry[1] > _milliseconds(since)]


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _rotate(
    login: Login, shown: _Shown, jti: uuid.UUID, now: datetime, grace: timedelta
) -> uuid.UUID | None:
    """Count ``jti`` as spent now and give its successor, which is live from now on.

    None if the login is no longer as it was read.
    """
    successor = login.refresh_jti if shown is _Shown.ASKED_AGAIN else uuid.uuid4()
    as_read = Login.objects.filter(
        pk=login.pk, refresh_jti=login.refresh_jti, ended_at=None, expires__gt=now
    )
    if shown is not _Shown.LIVE:
        as_read = as_read.filter(pair_seen=False)
    dead = login.refresh_jti if shown is _Shown.ANSWER_LOST else None
    spent = [entry for entry in _spent_since(login, now - grace) if entry[0] != jti.hex]
    spent.append([jti.hex, _milliseconds(now)])
    with transaction.atomic() if dead else nullcontext():  # one statement needs no transaction
        won = as_read.update(
            refresh_jti=successor,
            refreshed_at=now,
            last_seen=now,
            pair_seen=False,
            spent=spent[-MAX_SPENT:],
        )
        if won and dead and login.strategy == Login.TOKEN_STRATEGY:
            # Its access token is dead, too. Where nobody looks tokens up, only its refresh token.
            blacklist([(dead, login.user_id, login.expires)], "refresh", EndReason.REPLAYED)
    return successor if won else None


def verdict_on(login: Login) -> Accepted | Refused:
    """Whether a login that was read with its user may go on."""
    row = SimpleNamespace(
        login_id=login.pk,
        login_ended=login.end_reason,
        login_expired=login.expires <= timezone.now(),
        login_outdated=login.token_version != login.user.token_version,
        login_needs_touch=False,
        is_active=login.user.is_active,
        role=login.user.role,
    )
    return verdict_of(row)
