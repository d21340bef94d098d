"""A token in an address: where else it turns up, and what the thief does with it."""

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.attacks._base import Attack, Cell, Defence, Reading, Result, Row, Stop
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.houses import LocalStorage
from accounts.attacks.stage.plays import act_note
from accounts.models import AttackAct, AttackPlay, Loot, ShopLogin
from accounts.tokens.codec import decode
from accounts.tokens.realm import TokenRefused, shop_realm

_SECRET = re.compile(r"[\w.-]{1,4096}", re.ASCII)
QUERY, FRAGMENT, CODE = "query", "fragment", "code"
WAYS = {
    QUERY: "a token behind the question mark",
    FRAGMENT: "a token behind the hash sign",
    CODE: "a code that counts once",
}
COLUMNS = (
    "In the shop’s log",
    "In the Referer that the thief is sent",
    "In the browser’s history",
    "The thief, with what he was sent",
)
POLICIES = {"origin-only": "strict-origin-when-cross-origin", "no-referrer": "no-referrer"}


def _link(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The shop writes an e-mail with a link that logs the victim in; what it ends with."""
    way = _way(request)
    login = ShopLogin.objects.create(play=play, house=way, customer="victim")
    if way == CODE:
        code = secrets.token_urlsafe(16)
        ShopLogin.objects.filter(pk=login.pk).update(digest=shop_realm().digest(code))
        return JsonResponse({"link": f"?code={code}"})
    token = LocalStorage(play).token(login, "access")
    return JsonResponse({"link": f"{'?' if way == QUERY else '#'}token={token}"})


def _open(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The page that the link leads to says what it finds, and whether history keeps it."""
    way, sent = _way(request), request.POST
    customer = _customer(play, way, sent.get("secret", ""))
    act_note(play, "opened", way, customer=customer, history=sent.get("history") == "yes")
    return JsonResponse({"customer": customer})


def _customer(play: AttackPlay, way: str, secret: str) -> str:
    """Whom a token or code logs in. A code is spent by it: one statement decides who was first."""
    if way == CODE:
        digest = shop_realm().digest(secret)
        spent = ShopLogin.objects.filter(play=play, digest=digest).update(digest=None)
        return "victim" if spent else ""
    try:
        sid = decode(shop_realm(), secret).sid
    except TokenRefused:
        return ""
    found = ShopLogin.objects.filter(play=play, house=way, pk=sid).first()
    return found.customer if found else ""


def _use(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The thief's server opens the shop with what stood in the Referer."""
    way = _way(request)
    found = Loot.objects.filter(play=play, house=way).first()
    customer = _customer(play, way, found.found["secret"]) if found else ""
    act_note(play, "used", way, had=found is not None, customer=customer)
    told = f"The shop answers: you are {customer or 'nobody'}."
    return JsonResponse(
        {"says": told if found else "The thief was told no token: nothing to open."}
    )


def _advert(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The thief's server delivers an advert, and reads for which page."""
    way = _way(request)
    referer = request.META.get("HTTP_REFERER", "")
    query = parse_qs(urlsplit(referer).query)
    secret = next((query[name][0] for name in ("token", "code") if name in query), "")
    if secret := secret if _SECRET.fullmatch(secret) else "":
        Loot.objects.create(play=play, house=way, found={"secret": secret})
    act_note(play, "advert", way, told=bool(referer), secret=bool(secret))
    return HttpResponse('<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml")


def _way(request: HttpRequest) -> str:
    return way if (way := request.GET.get("way", "")) in WAYS else QUERY


class TokenInAnAddress(Attack):
    """An e-mail of the shop has a link that logs the victim in: the address carries the token.

    The page behind the link shows an advert, which another site delivers. To get it, the browser
    tells that site which page it is for: the Referer. The address also stands in the shop's own log
    and in the browser's history, and whoever can read one of them can open it.
    """

    slug = "token-in-an-address"
    title = "A token in an address"
    known_as = "Leak by URL"
    goal = "Be the victim with what an advert’s server is told."
    readings = (
        Reading(
            "RFC 6750, section 5.3: do not pass bearer tokens in page URLs",
            "https://www.rfc-editor.org/rfc/rfc6750#section-5.3",
        ),
        Reading(
            "RFC 9700, section 4.2: credential leakage via Referer",
            "https://www.rfc-editor.org/rfc/rfc9700#section-4.2",
        ),
    )
    defences = (
        Defence(
            "origin-only",
            "Referrer-Policy: strict-origin-when-cross-origin",
            "Other sites are told the shop’s origin alone. Browsers do so by themselves today.",
        ),
        Defence("no-referrer", "Referrer-Policy: no-referrer", "Nobody is told anything."),
        Defence(
            "replace",
            "Take it out of the address at once",
            "The page replaces its own address before it does anything else.",
        ),
    )
    caveat = (
        "Without a defence the shop says Referrer-Policy: unsafe-url, which old shops still do. "
        "Proxies, browser extensions and synchronised histories read addresses, too, and are not "
        "played."
    )
    order = 60
    row_title = "What the link carries"
    views: ClassVar = {"link": _link, "open": _open, "advert": _advert, "use": _use}

    def walk(self, play: AttackPlay) -> Sequence[Stop]:
        return [stop for way in WAYS if play.has_part(way) for stop in _stops(play, way)]

    @classmethod
    def parts(cls) -> Mapping[str, str]:
        return {way: title.capitalize() for way, title in WAYS.items()}

    def arrived(self, request: HttpRequest, play: AttackPlay, stop: Stop) -> Mapping[str, str]:
        if stop.script == "opened.js":
            logged = "token" in request.GET or "code" in request.GET
            act_note(play, "logged", stop.house, secret=logged)
            on = [policy for name, policy in POLICIES.items() if name in play.defences]
            return {"Referrer-Policy": on[-1]} if on else {}
        return {}

    def result(self, play: AttackPlay, acts: Sequence[AttackAct]) -> Result:
        ways = [way for way in WAYS if play.has_part(way)]
        rows = [_row(way, [act for act in acts if act.house == way]) for way in ways]
        lost = [row.title for row in rows if row.cells[-1].went_well is False]
        played = all(row.cells[-1].went_well is not None for row in rows)
        if lost:
            sentence = f"The thief became the victim by: {', '.join(lost)}."
            return Result(COLUMNS, rows, sentence, "Goal reached: the thief is logged in.")
        sentence = "What the thief was told was worth nothing."
        is_whole = played and not play.part
        return Result(COLUMNS, rows, sentence, "You found a defence." if is_whole else "")


def _stops(play: AttackPlay, way: str) -> list[Stop]:
    told = {"way": way, "title": WAYS[way], "replace": "replace" in play.defences}
    return [
        Stop(
            Party.SHOP,
            "An e-mail from the shop",
            "Open the link",
            "link.js",
            "attacks/link.html",
            way,
            told,
        ),
        Stop(
            Party.SHOP,
            "The victim is logged in by the link",
            "Go on",
            "opened.js",
            "attacks/opened.html",
            way,
            told,
        ),
        Stop.calling(
            play,
            Party.THIEF,
            "The advert’s server was told an address",
            "Open it",
            call="use",
            way=way,
            says="The thief’s server delivered the advert, and read which page it was for.",
        ),
    ]


def _row(way: str, acts: Sequence[AttackAct]) -> Row:
    facts: dict[str, dict[str, Any]] = {act.name: act.facts for act in acts}
    if not {"logged", "opened", "advert", "used"} <= facts.keys():
        return Row(WAYS[way].capitalize(), [Cell("not played")] * len(COLUMNS), "jwt")
    # A code that is spent may lie anywhere.
    harmless = way == CODE
    cells = [
        _there(facts["logged"]["secret"], harmless=harmless),
        _there(facts["advert"]["secret"], harmless=harmless),
        _there(facts["opened"]["history"], harmless=harmless),
    ]
    if facts["used"]["customer"]:
        cells.append(Cell("is logged in as the victim", went_well=False))
    else:
        why = "it was spent" if facts["used"]["had"] else "he was told none"
        cells.append(Cell(f"is nobody: {why}", went_well=True))
    return Row(WAYS[way].capitalize(), cells, "opaque" if harmless else "jwt")


def _there(is_there: bool, *, harmless: bool) -> Cell:  # noqa: FBT001
    if not is_there:
        return Cell("no", went_well=True)
    return Cell("yes, but it is spent") if harmless else Cell("yes", went_well=False)
