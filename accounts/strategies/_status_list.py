"""The status list of the lab: who reserves a bit, what is published, and a process's copy."""

import secrets
import time
import uuid
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Login
from accounts.strategies._base import LOGIN_MISSING, Accepted, Refused
from accounts.strategies._rotation import verdict_on
from accounts.tokens.realm import Realm
from accounts.tokens.status import StatusList, status_read, status_sign
from accounts.tracing.recorder import step, untraced

BITS = 1 << 20
TTL = timedelta(seconds=1)  # as a visitor of the lab waits; elsewhere it is minutes
LIFETIME = timedelta(minutes=1)  # for which a copy may stand in for a list that cannot be fetched
_TRIES = 100
PATH = "/api/lab/status-list/"


def reserve(login: Login) -> None:
    """Give a login a bit of its own, at random, so that neighbours tell nothing.

    Its number is kept where other logins have the digest of their token.

    Raises:
        OperationalError: nearly all bits are taken.
    """
    for _ in range(_TRIES):
        login.digest = uuid.UUID(int=secrets.randbelow(BITS))
        with suppress(IntegrityError), transaction.atomic():  # somebody else may have it
            Login.objects.filter(pk=login.pk).update(digest=login.digest)
            return
    raise OperationalError("The status list has no room")


def status_claim(realm: Realm, login: Login) -> dict[str, Any]:
    """What a token says of its bit: its number, and where the list is."""
    index = login.digest.int if login.digest else 0
    return {"status": {"status_list": {"idx": index, "uri": uri_of(realm)}}}


def uri_of(realm: Realm) -> str:
    """Where the list of a realm is published."""
    return f"{realm.issuer}{PATH}"


def published(realm: Realm) -> str:
    """The list as it is served, a bit set for each login that something has ended. One query."""
    over = ~Q(ended_at=None) | ~Q(token_version=F("user__token_version"))
    reserved = Login.objects.filter(digest__lt=uuid.UUID(int=BITS), expires__gt=timezone.now())
    bits = bytearray(BITS // 8)
    for digest in reserved.filter(over | Q(user__is_active=False)).values_list("digest", flat=True):
        index = digest.int if digest else 0
        bits[index // 8] |= 1 << index % 8
    ttl, lifetime = TTL.total_seconds(), LIFETIME.total_seconds()
    return status_sign(realm, bytes(bits), uri=uri_of(realm), ttl=ttl, lifetime=lifetime)


def verdict_of_login(sid: uuid.UUID) -> Accepted | Refused:
    """Whether a login and its user may go on. One query."""
    login = Login.objects.select_related("user").filter(pk=sid).first()
    if login is None:
        return LOGIN_MISSING
    verdict = verdict_on(login)
    return verdict if isinstance(verdict, Refused) else Accepted(login.user, login.user.role, sid)


class FetchedList:
    """The copy of one server process, fetched anew when it is older than its ``ttl``."""

    def __init__(self, realm: Realm) -> None:
        self.realm = realm
        self._copy = StatusList(b"", 0.0, 0.0)

    def has_ended(self, extra: Any) -> bool:
        """Whether the bit that a token names is set.

        Raises:
            DatabaseError: the list cannot be fetched, and the copy is too old.
        """
        if time.time() >= self._copy.fresh_until:
            self._fetch()
        with step("look into status list", kind="note", detail=f"{BITS} bits"):
            status = extra.get("status")
            found = status.get("status_list") if isinstance(status, dict) else None
            return self._copy.is_set(found.get("idx") if isinstance(found, dict) else None)

    def _fetch(self) -> None:
        with step("fetch status list", kind="note"):
            try:
                with untraced():  # the server that publishes it asks its database, not this one
                    text = published(self.realm)
            except DatabaseError:
                if time.time() >= self._copy.expires:
                    raise
                return
            self._copy = status_read(self.realm, text, uri=uri_of(self.realm))
