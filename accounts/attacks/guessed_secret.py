"""A secret that is a word, found by trying a list of words in the visitor's own browser."""

import gzip
import secrets
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import ClassVar

from django.contrib.auth import password_validation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.attacks._base import Attack, Cell, Reading, Result, Row, Stop
from accounts.attacks.stage.fence import body_of
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.plays import act_note
from accounts.attacks.stage.verifier import hmac_of, part
from accounts.models import AttackAct, AttackPlay

WORD, RANDOM = "word", "random"
TITLES = {WORD: "A word", RANDOM: "32 random bytes"}
SHORTEST = 0.001  # seconds
COLUMNS = ("Words tried", "Words per second", "The secret", "The thief")


@cache
def words() -> Sequence[str]:
    """The twenty thousand passwords that are used most, as Django brings them."""
    path = Path(password_validation.__file__).parent / "common-passwords.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [line.strip() for line in file]


def secret_of(play: AttackPlay, way: str) -> str:
    """The secret that the shop signs with in this play."""
    digest = salted_hmac("accounts.attacks.secret", play.pk.hex, algorithm="sha256")
    if way == RANDOM:
        return digest.hexdigest()
    return words()[int(digest.hexdigest(), 16) % len(words())]


def _token(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """A token of the thief's own account, as the shop gives it to every customer."""
    claims = {"sub": "attacker", "jti": secrets.token_hex(8)}
    text = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    return JsonResponse(
        {"token": f"{text}.{hmac_of(secret_of(play, _way(request)).encode(), text)}"}
    )


def _words(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    return HttpResponse("\n".join(words()), content_type="text/plain; charset=utf-8")


def _found(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """What the browser has found; only who knows the secret can sign as admin."""
    way, told = _way(request), body_of(request)
    is_found = constant_time_compare(str(told.get("secret", "")), secret_of(play, way))
    tried, seconds = (_number(told.get(name)) for name in ("tried", "seconds"))
    speed = round(tried / max(seconds, SHORTEST)) if seconds else 0
    act_note(play, "tried", way, found=is_found, tried=round(tried), speed=speed)
    return JsonResponse({})


def _number(value: object) -> float:
    """A number that a browser tells; zero for anything else."""
    return float(min(value, 10**9)) if isinstance(value, int | float) and value > 0 else 0


def _way(request: HttpRequest) -> str:
    return RANDOM if request.GET.get("way") == RANDOM else WORD


class GuessedSecret(Attack):
    """Whoever has one token signed with HS256 can try secrets, without asking the server once.

    The thief is a customer, so he has a token. In his browser he signs its first two parts with one
    word after the other, until the signature is the same. Then he is whoever he likes.
    """

    slug = "guessed-secret"
    title = "Guess the secret"
    known_as = "Brute force, offline"
    goal = "Find the secret that the shop signs with."
    readings = (
        Reading(
            "RFC 7518, section 3.2: a key of 256 bits or more for HS256",
            "https://www.rfc-editor.org/rfc/rfc7518#section-3.2",
        ),
        Reading("RFC 8725, section 3.5", "https://www.rfc-editor.org/rfc/rfc8725#section-3.5"),
    )
    caveat = (
        "The list has the twenty thousand passwords that are used most. Programs for it try "
        "thousands of times as many words in a second as a browser."
    )
    order = 90
    row_title = "The shop’s secret"
    views: ClassVar = {"token": _token, "words": _words, "found": _found}

    def walk(self, play: AttackPlay) -> Sequence[Stop]:
        return [
            Stop(
                Party.THIEF,
                f"The shop’s secret is {TITLES[way].lower()}",
                "Try the list",
                "guess.js",
                "attacks/guess.html",
                way,
                {"way": way, "worker": static("js/attacks/guess-worker.js"), "words": len(words())},
            )
            for way in TITLES
            if play.has_part(way)
        ]

    @classmethod
    def parts(cls) -> Mapping[str, str]:
        return TITLES

    def result(self, play: AttackPlay, acts: Sequence[AttackAct]) -> Result:
        found = {act.house: act.facts for act in acts}
        rows = [_row(way, found.get(way)) for way in TITLES if play.has_part(way)]
        if not found:
            return Result(COLUMNS, rows, "Not played yet.")
        if WORD in found and found[WORD]["found"]:
            sentence = (
                f"This browser tried {found[WORD]['speed']:,} words a second and found the word. "
                "Of 32 random bytes no list tells anything."
            )
            return Result(COLUMNS, rows, sentence, "Goal reached: the thief can sign as admin.")
        return Result(COLUMNS, rows, "The secret was not found.")


def _row(way: str, facts: dict[str, int] | None) -> Row:
    if facts is None:
        return Row(TITLES[way], [Cell("not played")] * len(COLUMNS), "jwt")
    found = bool(facts["found"])
    return Row(
        TITLES[way],
        (
            Cell(f"{facts['tried']:,}"),
            Cell(f"{facts['speed']:,}"),
            Cell("found" if found else "not found", not found),
            Cell("signs as admin" if found else "is a customer", not found),
        ),
        "jwt",
    )
