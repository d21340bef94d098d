"""Session fixation cannot happen with JWTs."""

from collections.abc import Iterator

from django.contrib.auth import SESSION_KEY
from django.contrib.auth import login as django_login
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from accounts.attacks.planted_cookie import JWT, SESSION, TITLES
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.houses import House, JwtCookie, SessionCookie
from accounts.bench.subjects import new_user
from accounts.claims import (
    Claim,
    Evidence,
    Kind,
    Laboratory,
    Measurement,
    Progress,
    Source,
    Verdict,
)
from accounts.claims._shop import Answer, Headers, browser_of, lost, recorded, seen, shop_open
from accounts.models import User
from accounts.strategies import Accepted

ATTACK, OWN_ATTACK, TIMES = "planted-cookie", "logged-in-as-somebody-else", 5
OWN: tuple[type[House], ...] = (SessionCookie, JwtCookie)
STATELESS = "jwt-user"


class NoFixationWithJwt(Claim):
    """Plant a cookie in the victim's browser before the log-in, and see whom it serves afterwards.

    Three shops: one goes on with the session's key that the browser brought, one makes a new key,
    one makes a JWT. Django's own log-in is tried as well. Then the thief plants another thing: the
    session, or the JWT, of his own account. It counts when the victim's order lands there.

    At last the victim logs in once more, with a copy of the first login in the thief's hands: does
    that log-in end it? All of this runs without a browser; that browsers let a sibling host plant a
    cookie was recorded.
    """

    slug = "no-fixation-with-jwt"
    said = "Session fixation cannot happen with JWTs."
    source = Source(
        "OWASP ASVS, issue 2112",
        "2024",
        "https://github.com/OWASP/ASVS/issues/2112",
        "A stateless token is made anew at each log-in, so the requirement against fixation is met "
        "by design.",
    )
    against = Source(
        "NerpyBot, pull request 335",
        "2026",
        "https://github.com/nerdycraft/NerpyBot/pull/335",
        "A crafted link put the attacker's own JWT into the victim's browser; that was repaired.",
    )
    limits = (
        "Holds where neither a planted JWT nor one of the thief's own account does any harm.",
        "Does not hold where the thief is the victim with a JWT that he planted before the log-in.",
        "Depends on what is planted, where only the thief's own login does harm.",
    )
    caveat = (
        "The thief needs a page on a sibling host, or a form that logs the victim in. A name with "
        "__Host- stops the former, and a check of where the form came from the latter."
    )
    needs_quiet = False
    attack = ATTACK
    order = 257

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        times = lab.number(TIMES)
        planted, own, again = (dict[str, int](), dict[str, int](), dict[str, int]())
        for done, (which, (_, way, defences)) in enumerate(SHOPS.items()):
            yield Progress("planting cookies", done, len(SHOPS) + 1)
            planted[which] = sum(_is_victim(way, *defences) for _ in range(times))
        yield Progress("logging in again", len(SHOPS), len(SHOPS) + 1)
        planted["django"] = sum(_is_known(_before_the_login(new_user())) for _ in range(times))
        for house in OWN:
            own[house.slug] = sum(_is_the_thiefs(house) for _ in range(times))
        again["django"] = sum(_is_known(_before_the_second(new_user())) for _ in range(times))
        again[STATELESS] = sum(_old_token_lives(lab) for _ in range(times))
        yield Evidence.from_measurements(
            [
                *_counts("planted", planted, f"{PLANTED}, of {times}"),
                *_counts("own", own, f"{OWN_LOGIN}, of {times}"),
                *_counts("again", again, f"{AGAIN}, of {times}"),
                *_recorded(),
            ]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        careless, renewed, django, jwt, own, session_again, jwt_again = (
            int(evidence[which].median)
            for which in (
                "planted-careless",
                "planted-renewed",
                "planted-django",
                "planted-jwt",
                f"own-{JwtCookie.slug}",
                "again-django",
                f"again-{STATELESS}",
            )
        )
        words = (
            f"With what he planted the thief was the victim {careless} times where the shop kept "
            f"the key, {renewed} where it made a new one, {django} with Django's log-in, {jwt} "
            f"with a JWT. With the thief's own JWT, planted, {own} orders were his. A copy lived "
            f"on after a second log-in {session_again} times with Django's session, {jwt_again} "
            "with a JWT."
        )
        if jwt:
            return Verdict(Kind.FAILS, words, fails)
        if own:
            tip = "It tips with what is planted: nothing tells the shop that a login is not mine."
            return Verdict(Kind.DEPENDS, words, depends, tip)
        return Verdict(Kind.HOLDS, words, holds)


PLANTED = "Tries in which the thief is the victim, with what he planted"
OWN_LOGIN = "The victim's orders in the thief's account, whose login was planted"
AGAIN = "Copies that live on after the victim has logged in again"
UNITS = {"planted": "tries", "own": "orders", "again": "copies"}
SHOPS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "careless": ("Session, the key is kept", SESSION, ()),
    "renewed": ("Session, a new key at the log-in", SESSION, ("renew",)),
    "jwt": ("JWT, made at the log-in", JWT, ()),
}
_NAMES = {
    **{which: title for which, (title, _, _) in SHOPS.items()},
    **{house.slug: house.title for house in OWN},
    "django": "Session, Django's log-in",
    STATELESS: "JWT, not looked up",
}


def _is_victim(way: str, *defences: str) -> bool:
    """Plant at the sibling, let the victim log in, use at the thief's."""
    with shop_open(ATTACK, *defences) as shop:
        cookie = shop.post(f"at/plant/?way={way}", party=Party.SIBLING).sent_along
        shop.post(f"at/log-in/?way={way}", headers=cookie)
        return bool(shop.post(f"at/use/?way={way}", party=Party.THIEF).body["customer"])


def _is_the_thiefs(house: type[House]) -> bool:
    """Let the victim order with the thief's login in the browser; in whose account it lands."""
    with shop_open(OWN_ATTACK) as shop:
        victim, thief = (shop.log_in(house.slug, who) for who in ("victim", "attacker"))
        shop.order(house.slug, in_the_browser(victim, thief), 1)
        return bool(shop.play.acts.latest("pk").facts["customer"] == "attacker")


def in_the_browser(victim: Answer, thief: Answer) -> Headers:
    """Which of two logins a browser sends, whose cookies have one name: the one set last."""
    return thief.sent_along


def _before_the_login(user: User) -> str:
    """A key of a session that nobody is logged in with, planted before Django's log-in."""
    session = SessionStore()
    session.save()
    _log_in(str(session.session_key), user)
    return str(session.session_key)


def _before_the_second(user: User) -> str:
    """A key that was copied from a login before the same user logged in again."""
    first = _log_in("", user)
    _log_in(first, user)
    return first


def _log_in(key: str, user: User) -> str:
    """Log in by Django, with a session that the browser brought; the key afterwards."""
    request = HttpRequest()
    request.session = SessionStore(key or None)
    django_login(request, user, "django.contrib.auth.backends.ModelBackend")
    request.session.save()
    return str(request.session.session_key)


def _is_known(key: str) -> bool:
    """Whether somebody is logged in with a session's key."""
    return SESSION_KEY in SessionStore(key).load()


def _old_token_lives(lab: Laboratory) -> bool:
    """Whether a token is accepted after its user has logged in again."""
    first = lab.sign_in(STATELESS)
    lab.sign_in(STATELESS, first.login.user)
    return isinstance(first.strategy.check(first.credential.value), Accepted)


def _counts(kind: str, found: dict[str, int], group: str) -> Iterator[Measurement]:
    for which, number in found.items():
        yield Measurement.from_samples(
            f"{kind}-{which}",
            [number],
            group=group,
            title=_NAMES[which],
            unit=UNITS[kind],
            family="jwt" if "jwt" in which else "session",
        )


def _recorded() -> Iterator[Measurement]:
    """Whether a browser let the thief be the victim, with each kind of login."""
    found = recorded(ATTACK)
    for one in found:
        for way, title in TITLES.items():
            yield Measurement.from_samples(
                f"recorded-{browser_of(one)}-{way}",
                [lost(one, [title], 2)],
                group=seen("Planted cookies that made the thief the victim, of 1", found),
                title=f"{browser_of(one)}: {title}",
                unit="cookies",
                family="session" if way == SESSION else "jwt",
            )
