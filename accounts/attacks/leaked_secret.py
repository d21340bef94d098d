"""What the server verifies with is stolen: whom can the thief be, and who would notice."""

import secrets
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from accounts.attacks._base import Attack, Cell, Reading, Result, Row, Stop
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.plays import act_note
from accounts.attacks.stage.verifier import KID, NotAccepted, hmac_of, keys_of, part, verify
from accounts.models import AttackAct, AttackPlay, ShopLogin
from accounts.tokens.codec import decode, issue
from accounts.tokens.realm import TokenRefused, shop_realm

CUSTOMERS = 20
COLUMNS = ("Customers that the thief can be", "New logins in the customers’ lists")
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Leak:
    """What was stolen from a shop that keeps logins in one way.

    ``steal`` logs the customers in and returns what the thief has; ``use`` says how many of them
    the thief can be with it.
    """

    title: str
    family: str
    steal: Callable[[AttackPlay], Sequence[str]]
    use: Callable[[AttackPlay, Sequence[str]], int]


def _logged_in(play: AttackPlay, house: str) -> Sequence[str]:
    """Twenty logins; what stands in their rows is the digest of a session key."""
    digests = [shop_realm().digest(secrets.token_urlsafe(32)) for _ in range(CUSTOMERS)]
    ShopLogin.objects.bulk_create(
        ShopLogin(play=play, house=house, customer="victim", digest=digest) for digest in digests
    )
    return [str(digest) for digest in digests]


def _forged() -> list[tuple[str, uuid.UUID]]:
    """What the server itself would sign: whoever has its secret, signs alike."""
    sids = [uuid.uuid4() for _ in range(CUSTOMERS)]  # the thief has the secret, not the table
    expires = timezone.now() + timedelta(seconds=HOUR)
    return [
        (issue(shop_realm(), token_type="access", user_id=n, sid=sid, login_expires=expires), sid)
        for n, sid in enumerate(sids, 1)
    ]


def _as_signed(play: AttackPlay, stolen: Sequence[str]) -> int:
    """A shop that asks nothing but the signature."""
    return sum(_decodes(token) for token, _ in _forged())


def _as_looked_up(play: AttackPlay, stolen: Sequence[str]) -> int:
    """A shop that looks up the login which the token names, too."""
    known = ShopLogin.objects.filter(play=play, house="with-login")
    return sum(_decodes(token) and known.filter(pk=sid).exists() for token, sid in _forged())


def _decodes(token: str) -> bool:
    try:
        decode(shop_realm(), token)
    except TokenRefused:
        return False
    return True


def _with_public_key(play: AttackPlay, stolen: Sequence[str]) -> int:
    """A public key signs nothing; used as a secret, it makes what a good verifier refuses."""
    keys, now, taken = keys_of(play), time.time(), 0
    for number in range(CUSTOMERS):
        text = f"{part({'alg': 'HS256', 'kid': KID})}.{part({'sub': str(number)})}"
        with suppress(NotAccepted):
            token = f"{text}.{hmac_of(keys.public_pem, text)}"
            verify(token, keys, off=set(), now=now)
            taken += 1
    return taken


def _django_sessions(play: AttackPlay) -> Sequence[str]:
    """Django's own table: what stands in it is what browsers send."""
    sessions = [SessionStore() for _ in range(CUSTOMERS)]
    for session in sessions:
        session["customer"] = str(play.pk)
        session.set_expiry(HOUR)
        session.create()
    return [session.session_key or "" for session in sessions]


def _as_session_keys(play: AttackPlay, stolen: Sequence[str]) -> int:
    return sum(SessionStore(key).get("customer") == str(play.pk) for key in stolen)


def _as_keys_of_digests(play: AttackPlay, stolen: Sequence[str]) -> int:
    sent = [shop_realm().digest(text) for text in stolen]
    return ShopLogin.objects.filter(play=play, house="digests", digest__in=sent).count()


def _nothing(play: AttackPlay) -> Sequence[str]:
    return ()


LEAKS = {
    "signature-alone": Leak(
        "The secret of JWTs, and the shop asks the signature alone", "jwt", _nothing, _as_signed
    ),
    "with-login": Leak(
        "The secret of JWTs, and the shop looks up the login",
        "jwt",
        lambda play: _logged_in(play, "with-login"),
        _as_looked_up,
    ),
    "public-key": Leak("The public key of JWTs", "jwt", _nothing, _with_public_key),
    "plain-table": Leak(
        "The table of sessions, with the keys in clear (Django’s default)",
        "session",
        _django_sessions,
        _as_session_keys,
    ),
    "digests": Leak(
        "The table of sessions, with digests of the keys",
        "session",
        lambda play: _logged_in(play, "digests"),
        _as_keys_of_digests,
    ),
}


def _try(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The thief tries to be each customer, with what was stolen."""
    everybody = 0
    for way, leak in LEAKS.items():
        stolen = leak.steal(play)
        before = play.logins.count()
        taken = leak.use(play, stolen)
        act_note(play, "tried", way, taken=taken, listed=play.logins.count() - before)
        everybody += taken == CUSTOMERS
    told = f"In {everybody} of {len(LEAKS)} shops the thief is everybody."
    return JsonResponse({"says": told})


class LeakedSecret(Attack):
    """A backup was left lying about: the thief has the shop's secret, or a copy of its table.

    Twenty customers are logged in. With a secret the thief signs tokens as the server does. With a
    table he sends what stands in its rows. Count whom he can be.
    """

    slug = "leaked-secret"
    title = "The secret, or the table, is stolen"
    known_as = "Leaked key"
    goal = "Be all twenty customers at once."
    readings = (
        Reading(
            "OWASP: Secrets Management",
            "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html",
        ),
        Reading(
            "Django: using database-backed sessions",
            "https://docs.djangoproject.com/en/5.2/topics/http/sessions/#using-database-backed-sessions",
        ),
    )
    caveat = (
        "The thief has one thing: the secret or the table. Who has both can name a login that is "
        "there, and sign for it. The claim about a leaked key plays it with the lab’s strategies."
    )
    order = 100
    words: ClassVar = {
        "digest": "A fingerprint of a key. The server computes it from what it is sent, and nobody "
        "can compute the key back from it.",
    }
    row_title = "What was stolen"
    views: ClassVar = {"try": _try}

    def walk(self, play: AttackPlay) -> Sequence[Stop]:
        return [
            Stop.calling(
                play,
                Party.THIEF,
                "The thief reads a backup",
                f"Try to be all {CUSTOMERS}",
                call="try",
                way="",
                says="Five shops keep logins in five ways, each with twenty customers. Of each the "
                "thief has one thing.",
            )
        ]

    def result(self, play: AttackPlay, acts: Sequence[AttackAct]) -> Result:
        told = {act.house: act.facts for act in acts}
        rows = [_row(way, told.get(way)) for way in LEAKS]
        lost = [row.title for row in rows if row.cells[0].went_well is False]
        if not told:
            return Result(COLUMNS, rows, "Not played yet.")
        sentence = (
            f"In {len(lost)} of {len(rows)} shops the thief is everybody: {'; '.join(lost)}. What "
            "is kept as a digest, or looked up as well, does not give everybody away."
        )
        return Result(
            COLUMNS, rows, sentence, "Goal reached: all customers at once." if lost else ""
        )


def _row(way: str, facts: dict[str, int] | None) -> Row:
    leak = LEAKS[way]
    if facts is None:
        return Row(leak.title, [Cell("not played")] * len(COLUMNS), leak.family)
    taken = facts["taken"]
    count = Cell(f"{taken} of {CUSTOMERS}", not taken, share=taken / CUSTOMERS)
    return Row(leak.title, (count, Cell(str(facts["listed"]))), leak.family)
