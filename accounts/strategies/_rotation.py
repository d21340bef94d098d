"""Refresh tokens that work once: the first use wins, and a second use shows that there is a copy.

RFC 9700, section 4.14.2. The login's row remembers the one refresh token that is not yet spent, so
the database decides every race: the rotation is one UPDATE whose condition names the old token.
"""

import uuid
from datetime import timedelta
from types import SimpleNamespace
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import EndReason, Login
from accounts.strategies._base import LOGIN_MISSING, Accepted, Refused, verdict_of
from accounts.tokens.codec import Claims

_REPLAYED = Refused(
    "spend refresh token",
    "refresh_replayed",
    "This refresh token was spent before: somebody has a copy, so the whole login has ended",
)


class Spent(NamedTuple):
    """The login, its user as fresh as the row, and the id of the refresh token to hand out."""

    login: Login
    refresh_jti: uuid.UUID


def start(login: Login) -> uuid.UUID:
    """The id of a login's first refresh token, noted as the one not yet spent. One query."""
    login.refresh_jti = uuid.uuid4()
    Login.objects.filter(pk=login.pk).update(refresh_jti=login.refresh_jti)
    return login.refresh_jti


def spend(claims: Claims, *, client: uuid.UUID | None, grace: timedelta) -> Spent | Refused:
    """Spend a verified refresh token. Two queries; the second reads the user afresh.

    A token that was spent before ends the login, unless the client that spent it sends it again
    within ``grace``: then the answer may have been lost on the way, and the successor that was lost
    is handed out once more. It is not a second successor: if a thief has the other copy, the two
    will meet at the next refresh. ``client`` tells the sender from others; None equals nobody, not
    even another None.
    """
    successor = uuid.uuid4()
    # In one transaction, so that the winner of the UPDATE reads the row before a losing request can
    # end the login.
    with transaction.atomic():
        won = _rotate(claims, successor, client)
        login = Login.objects.select_related("user").filter(pk=claims.sid).first()
    if login is None or login.user_id != claims.user_id:
        return LOGIN_MISSING
    verdict = _verdict_of(login)
    if isinstance(verdict, Refused):
        return verdict
    if won:
        return Spent(login, successor)
    if login.refresh_jti and _is_retry(login, claims, client, grace):
        return Spent(login, login.refresh_jti)
    Login.objects.filter(pk=login.pk).end(EndReason.REPLAYED)
    return _REPLAYED


def _rotate(claims: Claims, successor: uuid.UUID, client: uuid.UUID | None) -> bool:
    # All conditions are on this row itself: PostgreSQL checks them again after waiting for another
    # transaction that changed it, which it does not do for a subquery.
    now = timezone.now()
    unspent = Login.objects.filter(
        pk=claims.sid, refresh_jti=claims.jti, ended_at=None, expires__gt=now
    )
    won = unspent.update(
        refresh_jti=successor,
        previous_refresh_jti=claims.jti,
        refreshed_at=now,
        refreshed_by=client,
    )
    return bool(won)


def _is_retry(login: Login, claims: Claims, client: uuid.UUID | None, grace: timedelta) -> bool:
    if login.previous_refresh_jti != claims.jti or login.refreshed_at is None or client is None:
        return False
    return login.refreshed_by == client and timezone.now() - login.refreshed_at < grace


def _verdict_of(login: Login) -> Accepted | Refused:
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
