"""A form of another page that acts for whoever is logged in (CSRF), against five cookies."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.attacks._base import Attack, Cell, Defence, Reading, Result, Row, Stop
from accounts.attacks.stage.guards import DEFENCES, WORDS, csrf_token, refused_by
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.houses import LocalStorage
from accounts.attacks.stage.plays import act_note
from accounts.attacks.stage.stops import onwards
from accounts.models import AttackAct, AttackPlay, ShopLogin
from accounts.tokens.realm import TokenRefused, shop_realm

WAYS = ("form", "link", "image", "fetch")
OWN = "own"
LAX_ALLOWS_POST = 120  # seconds: Chromium, for a cookie that names no SameSite
HEADER = "header"
HEADER_TITLE = "JWT in the Authorization header"
COLUMNS = ("A form (POST)", "A link", "An image", "fetch (POST)")


@dataclass(frozen=True, slots=True)
class Jar:
    """A cookie of the shop: what its attribute SameSite is, and its name."""

    slug: str
    title: str
    samesite: str = ""
    secure: bool = False
    is_host: bool = False

    def name(self, play: AttackPlay) -> str:
        """Its name in one play: what earlier plays have left is another cookie."""
        return f"{'__Host-' if self.is_host else ''}{self.slug}-{play.pk.hex[:8]}"


JARS = (
    Jar("default", "no SameSite"),
    Jar("lax", "SameSite=Lax", "Lax"),
    Jar("strict", "SameSite=Strict", "Strict"),
    Jar("none", "SameSite=None", "None", secure=True),
    Jar("host", "__Host-, SameSite=Lax", "Lax", secure=True, is_host=True),
)
#: the ways in which a login is kept here: slug and title
KEPT = (*((one.slug, one.title) for one in JARS), (HEADER, HEADER_TITLE))
PARTIES = {
    Party.THIEF: "another site",
    Party.NEIGHBOUR: "the same host, another port",
    Party.SIBLING: "a sibling host",
}

_NAMES = {party.name.lower() for party in PARTIES}


def parties() -> list[Party]:
    """The attackers that there are here: one of them needs a second port."""
    return [party for party in PARTIES if party is not Party.NEIGHBOUR or settings.ATTACKS_PORT]


def _played(play: AttackPlay) -> list[Party]:
    return [party for party in parties() if play.has_part(party.name.lower())]


def _log_in_five_times(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """Log the victim in with five cookies, and with a token that the page sends itself."""
    kept = LocalStorage(play)
    login = ShopLogin.objects.create(play=play, house=kept.slug, customer="victim")
    response = JsonResponse({"csrf": csrf_token(play), "access": kept.token(login, "access")})
    for one in JARS:
        key = secrets.token_urlsafe(16)
        ShopLogin.objects.create(
            play=play, house=one.slug, customer="victim", digest=shop_realm().digest(key)
        )
        response.set_cookie(
            one.name(play),
            key,
            max_age=600,
            path="/" if one.is_host else f"/{play.pk}/",
            secure=one.secure,
            httponly=True,
            samesite=one.samesite or None,  # type: ignore[arg-type]
        )
    return response


def _order(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """Order a lamp, whichever page sends the request, and note which logins came along."""
    said = request.GET
    arrived = [one.slug for one in JARS if _is_genuine(request, play, one)]
    if _has_token(request, play):
        arrived.append(HEADER)
    act_note(
        play,
        "order",
        by=said.get("by") if said.get("by") in (*WAYS, OWN) else "",
        party=said.get("from") if said.get("from") in _NAMES else "",
        old="old" in said,
        method=request.method,
        arrived=arrived,
        refused=refused_by(request, play) if request.method == "POST" else "",
    )
    return onwards(request, play)


def _is_genuine(request: HttpRequest, play: AttackPlay, one: Jar) -> bool:
    """Whether the cookie came along, and with the key that the shop gave."""
    digest = shop_realm().digest(request.COOKIES.get(one.name(play), ""))
    return ShopLogin.objects.filter(play=play, house=one.slug, digest=digest).exists()


def _has_token(request: HttpRequest, play: AttackPlay) -> bool:
    """Whether the header came along, with a token of the shop."""
    try:
        LocalStorage(play).check(request)
    except TokenRefused:
        return False
    return True


class AnotherSitesForm(Attack):
    """The victim, logged in at the shop by five kinds of cookie, opens a page of the thief.

    That page cannot read the shop's cookies, and it need not: it sends requests to the shop, and
    the browser adds the cookies by itself, or not. A sixth login is a JWT that the shop's page
    keeps in localStorage and puts into the header Authorization: no browser adds that by itself.

    The thief's page stands on three hosts: another site; the shop's own host on another port; a
    sibling host below the shop's. Each tries a form, a link, an image and a fetch. The shop takes
    orders by POST alone: a link or an image that arrives with a cookie reads, and orders nothing.
    """

    slug = "another-sites-form"
    title = "Another page’s form"
    known_as = "CSRF"
    goal = "Let a page of the thief order a lamp in the victim’s name."
    readings = (
        Reading(
            "RFC 6265bis, section 8.8: SameSite cookies",
            "https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/",
        ),
        Reading(
            "OWASP: Cross-Site Request Forgery Prevention",
            "https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html",
        ),
        Reading("W3C: Fetch Metadata", "https://www.w3.org/TR/fetch-metadata/"),
    )
    defences = (
        *DEFENCES,
        Defence(
            "two-minutes",
            "Wait until the cookies are two minutes old",
            "Some browsers then treat a cookie without SameSite like Lax.",
            is_defence=False,
        ),
    )
    caveat = (
        "This is one browser. Others differ in which cookies they send along, and a setting of the "
        "same browser can change it."
    )
    order = 20
    row_title = "Where the page stands, and how the login is kept"
    words: ClassVar = {
        "another site": "Nothing of its name is the shop’s: evil.localhost beside shop.localhost.",
        "a sibling host": "A host below the same name: evil.shop.localhost. It is of the same site "
        "as the shop, for a browser.",
        "no SameSite": "The shop does not say when its cookie goes along, so the browser decides. "
        "Chromium sends it to no other site’s page, but for one case: in its first two minutes it "
        "goes along with a POST that opens a page, so that log-ins across sites keep working. A "
        "form opens a page. A fetch and an image open none, so the cookie stays at home.",
        "SameSite=Lax": "Of another site’s requests it goes along with a link that is followed.",
        "SameSite=Strict": "It goes along with nothing that another site has started.",
        "SameSite=None": "It goes along with everything, if the browser lets it.",
        "__Host-": "A cookie whose name begins so can be set by its own host alone. It says "
        "nothing of when the cookie is sent.",
        HEADER_TITLE: "The shop’s own page adds it to each request. The thief’s page does not know "
        "the token, and no browser adds it by itself: this is why an API with tokens in a header "
        "needs no defence against CSRF.",
        "arrives, and orders nothing": "The login came along, but the shop takes orders by POST "
        "alone. A shop that orders by a link would have lost here.",
    }
    views: ClassVar = {"jar": _log_in_five_times, "order": _order}

    @classmethod
    def parts(cls) -> Mapping[str, str]:
        return {party.name.lower(): f"From {PARTIES[party]}" for party in parties()}

    def walk(self, play: AttackPlay) -> Sequence[Stop]:
        walk = [_log_in()]
        for party in _played(play):
            walk += _tries(party, len(walk), old=False)
        if "two-minutes" in play.defences:
            walk.append(_wait())
            for party in _played(play):
                walk += _tries(party, len(walk), old=True)
        return walk

    def so_far(self, play: AttackPlay, stop: Stop) -> str:
        """What came of the form, on the page with the link."""
        if stop.data.get("way") != "link":
            return ""
        orders = [act.facts for act in play.seen() if act.name == "order" and not act.house]
        form = _find(orders, stop.party, "form", old=bool(stop.data["age"]))
        if form is None:
            return ""
        if form["refused"]:
            return f"The shop got the form, and refused it for its {WORDS[form['refused']]}."
        titles = [title for slug, title in KEPT if slug in form["arrived"]]
        by = f": {'; '.join(titles)}" if titles else ""
        return (
            f"The shop got the form. It ordered a lamp by {len(titles)} of {len(KEPT)} logins{by}."
        )

    def result(self, play: AttackPlay, acts: Sequence[AttackAct]) -> Result:
        orders = [act.facts for act in acts if act.name == "order" and not act.house]
        old = any(one["old"] for one in orders)
        rows = [_own_row(orders)]
        for party in _played(play):
            rows += [_row(party, *kept, orders, old=old) for kept in KEPT]
        sentence = _sentence(_played(play), orders, old=old)
        return Result(COLUMNS, rows, sentence, _solved(play, orders, old=old))


def _log_in() -> Stop:
    return Stop(
        party=Party.SHOP,
        title="The victim logs in",
        button="Log in, and order a lamp",
        script="jar.js",
        template="attacks/jar.html",
        data={"jars": [one.title for one in JARS], "header": HEADER_TITLE},
    )


def _wait() -> Stop:
    return Stop(
        party=Party.SHOP,
        title="The cookies grow old",
        button="Wait two minutes",
        script="wait.js",
        template="attacks/wait.html",
        data={"seconds": LAX_ALLOWS_POST + 5},
    )


def _tries(party: Party, number: int, *, old: bool) -> list[Stop]:
    """Two pages: one that sends a form, the other one with a link that is followed."""
    age = "&old" if old else ""
    told = {"from": party.name.lower(), "age": age, "where": PARTIES[party]}
    return [
        Stop(
            party=party,
            title="A page of the thief",
            button="Send the form",
            script="elsewhere.js",
            template="attacks/elsewhere.html",
            data={**told, "way": "form", "to": number + 1},
        ),
        Stop(
            party=party,
            title="A page of the thief, once more",
            button="Follow the link",
            script="elsewhere.js",
            template="attacks/elsewhere.html",
            data={**told, "way": "link", "to": number + 2},
        ),
    ]


Facts = Mapping[str, Any]


def _find(orders: Iterable[Facts], party: Party, way: str, *, old: bool) -> Facts | None:
    wanted = (party.name.lower(), way, old)
    return next((o for o in orders if (o["party"], o["by"], o["old"]) == wanted), None)


def _row(party: Party, slug: str, title: str, orders: Sequence[Facts], *, old: bool) -> Row:
    cells = [_cell(slug, _find(orders, party, way, old=old)) for way in WAYS]
    group = PARTIES[party].capitalize()
    return Row(f"{group}: {title}", cells, "jwt" if slug == HEADER else "session", group=group)


def _own_row(orders: Sequence[Facts]) -> Row:
    own = next((facts for facts in orders if facts["by"] == OWN), None)
    if own is None:
        return Row("The shop’s own page", [Cell("not played")] * len(WAYS))
    words = f"refused: {own['refused']}" if own["refused"] else "the owner’s order is accepted"
    return Row(
        "The shop’s own page", [Cell(words, not own["refused"]), *[Cell("–")] * (len(WAYS) - 1)]
    )


def _cell(slug: str, facts: Facts | None) -> Cell:
    if facts is None:
        return Cell("not played")
    if slug not in facts["arrived"]:
        away = "no header comes along" if slug == HEADER else "the cookie stays at home"
        return Cell(away, went_well=True)
    if facts["method"] != "POST":
        return Cell("arrives, and orders nothing")
    if facts["refused"]:
        return Cell(f"arrives; refused for its {WORDS[facts['refused']]}", went_well=True)
    return Cell("ordered a lamp", went_well=False)


def _ordering(orders: Sequence[Facts], party: Party, *, old: bool) -> list[str]:
    """The cookies by which a form or a fetch of a page ordered something."""
    found = [_find(orders, party, way, old=old) for way in ("form", "fetch")]
    taken = {slug for one in found if one and not one["refused"] for slug in one["arrived"]}
    return [jar.title for jar in JARS if jar.slug in taken]


def _sentence(played: Sequence[Party], orders: Sequence[Facts], *, old: bool) -> str:
    if not orders:
        return "Not played yet."
    by = {party: _ordering(orders, party, old=old) for party in played}
    if not any(by.values()):
        return "No page of the thief ordered anything."
    told = [
        f"{PARTIES[party]} by {len(cookies)} of {len(JARS)} cookies"
        + (f" ({'; '.join(cookies)})" if 0 < len(cookies) < len(JARS) else "")
        for party, cookies in by.items()
    ]
    near = [cookies for party, cookies in by.items() if party is not Party.THIEF]
    lesson = " SameSite does not tell neighbours apart." if any(near) else ""
    if not any(HEADER in one["arrived"] for one in orders if one["party"]):
        lesson += " A token in a header never came along."
    return f"A lamp was ordered from {', from '.join(told)}.{lesson}"


def _solved(play: AttackPlay, orders: Sequence[Facts], *, old: bool) -> str:
    if not orders:
        return ""
    if any(_ordering(orders, party, old=old) for party in parties()):
        return "Goal reached: a page of the thief ordered a lamp."
    own = next((one for one in orders if one["by"] == OWN), None)
    if own and not own["refused"] and not play.part:
        return "Nothing got through, and the owner can still order: you found a defence."
    return ""
