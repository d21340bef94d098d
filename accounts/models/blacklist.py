"""Revoked tokens."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.end_reason import EndReason
from accounts.models.fields import CodedField

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
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_index=False,
        related_name="+",
        db_constraint=False,
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


def blacklist_token(
    jti: uuid.UUID, *, user_id: int, token_type: str, expires: datetime, reason: EndReason
) -> None:
    """Blacklist one token and leave its login alone; doing it twice changes nothing."""
    blacklist([(jti, user_id, expires)], token_type, reason)


def blacklist(
    entries: Iterable[tuple[uuid.UUID, int, datetime]], token_type: str, reason: EndReason
) -> None:
    """Add ids, each with its user and its expiry; those that are there already stay as they are."""
    rows = [
        BlacklistedToken(
            jti=jti, user_id=user_id, token_type=token_type, expires_at=expires, reason=reason
        )
        for jti, user_id, expires in entries
    ]
    BlacklistedToken.objects.bulk_create(rows, ignore_conflicts=True)


def pruned_before() -> datetime:
    """Rows that expired before this moment can bring nothing back to life."""
    return timezone.now() - settings.TOKEN_LEEWAY
