"""HttpOnly protects a login from a script in the page."""

from collections.abc import Iterator, Mapping
from typing import Any

from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.houses import (
    House,
    JwtCookie,
    LocalStorage,
    ServerOfItsOwn,
    SessionCookie,
    Variable,
)
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
from accounts.claims._shop import Answer, Shop, browser_of, lost, recorded, seen, shop_open

ATTACK, ORDERS = "script-in-a-comment", 20
DEFENCES: tuple[str, ...] = ()
PAGE: tuple[type[House], ...] = (LocalStorage, Variable)
HTTP_ONLY: tuple[type[House], ...] = (JwtCookie, SessionCookie, ServerOfItsOwn)


class HttpOnlyProtects(Claim):
    """Let a script in the page of a shop use the victim's login, and take along what it can read.

    The shop of the attack theatre keeps logins in five ways, three of them in HttpOnly cookies.
    Over HTTP, without a browser: the script's twenty orders carry what the page's own requests
    carry; then the thief's server orders twenty more with what the answers handed to scripts. A
    cookie counts as handed over unless it says HttpOnly.

    That a browser keeps its word, and hides such a cookie from scripts, was recorded: the same
    attack with a real script in a real comment.
    """

    slug = "http-only-protects"
    said = "HttpOnly cookies protect the login from a script in the page (XSS)."
    source = Source(
        "Randall Degges",
        "2018",
        "https://www.rdegges.com/2018/please-stop-using-local-storage/",
        "Every script can read localStorage, so a login belongs into a cookie that none can read.",
    )
    against = Source(
        "Philippe De Ryck",
        "2020",
        "https://pragmaticwebsecurity.com/articles/oauthoidc/localstorage-xss.html",
        "A script need not steal anything: it sends requests from the page, and the cookie goes "
        "along.",
    )
    limits = (
        "Holds where the script gets no order through, while the tab is open or afterwards.",
        "Does not hold where an HttpOnly cookie is carried away and used.",
        "Depends on what is meant, where it orders from the open tab and not afterwards.",
    )
    caveat = (
        "The shop has no Content Security Policy and does not escape comments: with either the "
        "script does not run. Only two browsers were recorded."
    )
    needs_quiet = False
    attack = ATTACK
    order = 253

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        houses, times = (*PAGE, *HTTP_ONLY), lab.number(ORDERS)
        open_tab: list[Measurement] = []
        closed: list[Measurement] = []
        with shop_open(ATTACK, *DEFENCES) as shop:
            for done, house in enumerate(houses):
                yield Progress("robbing", done, len(houses))
                login = shop.log_in(house.slug)
                page = _page(shop, house, login)
                ridden = shop.order(house.slug, page, times)
                open_tab.append(_share("open", house, ridden, times, OPEN))
                used = _use(shop, house, _found(shop, house, login))
                closed.append(_share("closed", house, used["ordered"], used["orders"], CLOSED))
        yield Evidence.from_measurements([*open_tab, *closed, *_recorded()])

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        names = [house.slug for house in HTTP_ONLY]
        ridden, later = (
            sum(evidence[f"{tab}-{slug}"].median > 0 for slug in names)
            for tab in ("open", "closed")
        )
        carried, seen = evidence.named("recorded-carried"), evidence.named("recorded-ridden")
        words = (
            f"With {len(names)} HttpOnly logins the script ordered from the open tab by {ridden}, "
            f"and after it was closed by {later}. Recorded in browsers, it carried away "
            f"{_said(carried)}."
        )
        if later or any(one.median for one in carried):
            return Verdict(Kind.FAILS, words, fails)
        if ridden or any(one.median for one in seen):
            tip = "It tips when the tab is closed: a script can use what it cannot take along."
            return Verdict(Kind.DEPENDS, words, depends, tip)
        return Verdict(Kind.HOLDS, words, holds)


OPEN = "Orders through the open tab"
CLOSED = "Orders after the tab was closed"


def _page(shop: Shop, house: type[House], login: Answer) -> Mapping[str, str]:
    """What the page's own requests carry: the cookies, and the token if the page has one."""
    token = login.body.get("access")
    return {**login.sent_along, **({"Authorization": f"Bearer {token}"} if token else {})}


def _found(shop: Shop, house: type[House], login: Answer) -> dict[str, Any]:
    """What a script can send home: what is stored in the page, and a token that it asks for."""
    stored = {"refresh": login.body["refresh"]} if "refresh" in login.body else {}
    renewed = shop.post(f"{house.slug}/refresh/", stored, login.sent_along)
    cookies = [f"{name}={one.value}" for name, one in login.cookies.items() if not one["httponly"]]
    return {**stored, "token": renewed.body.get("access"), "cookie": "; ".join(cookies)}


def _use(shop: Shop, house: type[House], found: Mapping[str, Any]) -> Mapping[str, int]:
    """Let the thief's server order with what it was sent."""
    loot = {name: value for name, value in found.items() if value}
    if loot:
        shop.post(f"{house.slug}/loot/", loot, party=Party.THIEF)
    return shop.post(f"{house.slug}/use/", party=Party.THIEF).body


def _share(name: str, house: type[House], number: int, of: int, group: str) -> Measurement:
    return Measurement.from_samples(
        f"{name}-{house.slug}",
        [number],
        group=f"{group}, of {of}",
        title=house.title,
        unit="orders",
        family=house.family,
    )


def _recorded() -> Iterator[Measurement]:
    rows = [house.title for house in HTTP_ONLY]
    found = recorded(ATTACK, *DEFENCES)
    for column, how, what in (
        (0, "carried", "HttpOnly logins that the script carried away"),
        (1, "ridden", "HttpOnly logins by which it ordered through the open tab"),
    ):
        for one in found:
            yield Measurement.from_samples(
                f"recorded-{how}-{browser_of(one)}",
                [lost(one, rows, column)],
                group=seen(f"{what}, of {len(rows)}", found),
                title=browser_of(one),
                unit="logins",
            )


def _said(carried: list[Measurement]) -> str:
    return ", ".join(f"{one.median:.0f} ({one.title})" for one in carried)
