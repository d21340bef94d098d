"""JWT is immune to CSRF."""

from collections.abc import Iterator

from accounts.attacks.another_sites_form import HEADER_TITLE, JARS, PARTIES
from accounts.attacks.stage.hosts import Party, origin_of
from accounts.attacks.stage.houses import House, JwtCookie, LocalStorage, SessionCookie
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
from accounts.claims._shop import (
    HOME,
    Answer,
    Headers,
    browser_of,
    lost,
    recorded,
    seen,
    shop_open,
)
from accounts.claims.same_site_is_enough import ATTACK, arrived

HOUSES: tuple[type[House], ...] = (LocalStorage, JwtCookie, SessionCookie)
TIMES = 10
COOKIE = "A cookie with SameSite=Lax"
LOGIN_ATTACK = "logged-in-as-somebody-else"
LAX = next(jar for jar in JARS if jar.slug == "lax")  # as the shop's cookies are


class JwtIsImmuneToCsrf(Claim):
    """Let another page send orders to a shop that keeps its login in three ways.

    Once the page puts a JWT into a header itself; once the JWT is a cookie; once a session is. The
    other page's request carries what a browser adds by itself, a cookie, and nothing that only the
    shop's own page could add. It goes to the shop over HTTP, without a browser.

    Whether a browser adds the cookie, which says SameSite=Lax, was recorded for three pages of a
    thief. So was another attack: the thief's page sends the log-in form with his own name, and the
    victim's next order lands in his account.
    """

    slug = "jwt-is-immune-to-csrf"
    said = "JWT is immune to CSRF."
    source = Source(
        "AbsaOSS, enceladus, issue 92",
        "2019",
        "https://github.com/AbsaOSS/enceladus/issues/92",
        "Tokens are normally not stored in cookies, so nothing has to protect them from CSRF.",
    )
    against = Source(
        "Sven Slootweg (joepie91)",
        "2016",
        "http://cryto.net/~joepie91/blog/2016/06/13/stop-using-jwt-for-sessions/",
        "A JWT in a cookie is open to CSRF like a session; what decides is where it is kept.",
    )
    limits = (
        "Holds where another page's orders are refused with the JWT in a header and in a cookie.",
        "Does not hold where another page's orders are accepted with the JWT in a header.",
        "Depends on what carries the JWT, where another page's orders get through by cookie alone.",
    )
    caveat = (
        "The shop checks nothing but the login. A header's token is out of another page's reach, "
        "and within that of a script in the shop's own."
    )
    needs_quiet = False
    attack = LOGIN_ATTACK
    order = 255

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        times = lab.number(TIMES)
        ridden = []
        with shop_open(ATTACK) as shop:
            for done, house in enumerate(HOUSES):
                yield Progress("ordering from elsewhere", done, len(HOUSES))
                elsewhere = {**by_itself(shop.log_in(house.slug)), "Origin": _EVIL}
                number = shop.order(house.slug, elsewhere, times)
                ridden.append(_ridden(house, number, times))
        yield Evidence.from_measurements([*ridden, *_added(), *_replaced()])

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        header, cookie, session = (int(evidence[f"ridden-{house.slug}"].median) for house in HOUSES)
        added = [one for one in evidence.named("added-") if one.median]
        words = (
            f"Another page got {header} orders through where the page sends a JWT in a header, "
            f"{cookie} where it is a cookie, {session} where a session is. What browsers were seen "
            f"to add to such a page's form: {_said(added)}."
        )
        if header:
            return Verdict(Kind.FAILS, words, fails)
        if cookie and added:
            tip = "It tips with what carries it: what a browser adds by itself, another page uses."
            return Verdict(Kind.DEPENDS, words, depends, tip)
        return Verdict(Kind.HOLDS, words, holds)


_EVIL = origin_of(Party.SIBLING, HOME)


def by_itself(login: Answer) -> Headers:
    """What a browser adds to a request of another page, if it adds anything: the cookies."""
    return login.sent_along if login.cookies else {}


def _ridden(house: type[House], number: int, times: int) -> Measurement:
    return Measurement.from_samples(
        f"ridden-{house.slug}",
        [number],
        group=f"Another page's orders that the shop accepts, of {times}",
        title=house.title,
        unit="orders",
        family=house.family,
    )


def _added() -> Iterator[Measurement]:
    """With how many pages' forms a browser sends the cookie along, and with how many the header."""
    found = recorded(ATTACK)
    for one in found:
        for title, kept in ((COOKIE, LAX.title), (HEADER_TITLE, HEADER_TITLE)):
            yield Measurement.from_samples(
                f"added-{browser_of(one)}-{title}",
                [sum(arrived(one, party, kept, "form") for party in PARTIES)],
                group=seen(
                    f"Pages of a thief whose form brings it along, of {len(PARTIES)}", found
                ),
                title=f"{browser_of(one)}: {title}",
                unit="pages",
            )


def _replaced() -> Iterator[Measurement]:
    """In which houses the victim's order landed in the thief's account (login CSRF)."""
    found = recorded(LOGIN_ATTACK)
    for one in found:
        for house in HOUSES:
            yield Measurement.from_samples(
                f"replaced-{browser_of(one)}-{house.slug}",
                [lost(one, [house.title], 1)],
                group=seen("Logins that the thief's own replaced, of 1", found),
                title=f"{browser_of(one)}: {house.title}",
                unit="logins",
                family=house.family,
            )


def _said(added: list[Measurement]) -> str:
    return ", ".join(one.title for one in added) or "nothing"
