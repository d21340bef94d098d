"""Revoked tokens."""

import uuid
from datetime import datetime

from django.db import models
from django.utils import timezone

from accounts import conf
from accounts.models.end_reason import EndReason
from accounts.models.fields import CodedField
from accounts.models.login import Login
from accounts.models.user import User

# On PostgreSQL a trigger names each new row here: "<jti> <expires, epoch seconds>", "*" for many.
BLACKLIST_CHANNEL = "accounts_blacklist"


class BlacklistedToken(models.Model):
    """A revoked token by its jti, or a whole login by its sid: one look-up asks for both.

    Keyed by id, never by a hash of the token: one HMAC signature has several base64 spellings.
    Prune a row only after ``expires_at`` plus the leeway, or the token lives again that long.

    Every request looks in here, so a row is kept small: 117 bytes on PostgreSQL with its one index.
    The wide columns come first, or padding makes them wider. Pruning walks along the key, which
    needs no index of its own; one on ``expires_at`` would cost every log-out and 29 bytes a row.
    """

    jti = models.UUIDField(primary_key=True)
    expires_at = models.DateTimeField()
    blacklisted_at = models.DateTimeField(default=timezone.now)
    # A row may outlive its user: it is pruned by time, and a cascade would have to scan the table.
    user = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_index=False, related_name="+", db_constraint=False
    )
    token_type = CodedField(
        codes={"access": 1, "refresh": 2, "login": 3},
        choices=[("access", "access"), ("refresh", "refresh"), ("login", "login")],
        default="access",
    )
    reason = CodedField(
        codes={
            EndReason.LOGGED_OUT: 1,
            EndReason.ELSEWHERE: 2,
            EndReason.EVERYWHERE: 3,
            EndReason.PASSWORD: 4,
            EndReason.RESET: 5,
            EndReason.REPLAYED: 6,
            EndReason.DISABLED: 7,
            EndReason.STAFF: 8,
        },
        choices=EndReason.choices,
    )

    def __str__(self) -> str:
        return f"{self.token_type} {self.jti}"


def blacklist_login(login: Login, *, reason: EndReason) -> None:
    """Blacklist every token of a login, also the older ones; doing it twice changes nothing."""
    _blacklist(login.id, login.user_id, "login", login.expires, reason)


def blacklist_token(
    jti: uuid.UUID, *, user_id: int, token_type: str, expires: datetime, reason: EndReason
) -> None:
    """Blacklist one token and leave its login alone; doing it twice changes nothing."""
    _blacklist(jti, user_id, token_type, expires, reason)


def _blacklist(
    jti: uuid.UUID, user_id: int, token_type: str, expires: datetime, reason: EndReason
) -> None:
    row = BlacklistedToken(
        jti=jti, user_id=user_id, token_type=token_type, expires_at=expires, reason=reason
    )
    BlacklistedToken.objects.bulk_create([row], ignore_conflicts=True)


def pruned_before() -> datetime:
    """Rows that expired before this moment can bring nothing back to life."""
    return timezone.now() - conf.token_leeway()
