"""A cookie that the thief puts into the victim's browser before the log-in (session fixation)."""

import secrets
from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.attacks._base import Attack, Cell, Defence, Reading, Result, Row, Stop
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.houses import JwtCookie
from accounts.attacks.stage.plays import act_note
from accounts.models import AttackAct, AttackPlay, Loot, ShopLogin
from accounts.tokens.realm import TokenRefused, shop_realm

SESSION, JWT = "session", "jwt"
TITLES = {SESSION: "Session in a cookie", JWT: "JWT in a cookie"}
COLUMNS = ("Planted cookie", "After the log-in", "The thief, with what he planted")


def _name(play: AttackPlay, way: str) -> str:
    prefix = "__Host-" if "host-prefix" in play.defences else ""
    return f"{prefix}{way}-{play.pk.hex[:8]}"


def _plant(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The thief's own page: get a session of the shop that nobody is logged in with; plant it."""
    way = _way(request)
    key = secrets.token_urlsafe(16)
    if way == SESSION:
        ShopLogin.objects.create(play=play, house=way, customer="", digest=shop_realm().digest(key))
    Loot.objects.create(play=play, house=way, found={"cookie": key})
    response = JsonResponse({})
    response.set_cookie(
        _name(play, way),
        key,
        domain=Party.SHOP.value,
        path="/",
        max_age=600,
        secure="host-prefix" in play.defences,
    )
    return response


def _log_in(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The shop's log-in, for a browser that may bring a session's key already."""
    way, name = _way(request), _name(play, _way(request))
    sent = request.COOKIES.get(name, "")
    there = ShopLogin.objects.filter(play=play, house=way, digest=shop_realm().digest(sent))
    keeps = way == SESSION and "renew" not in play.defences and there.update(customer="victim") == 1
    act_note(play, "log-in", way, planted=bool(sent), keeps=keeps)
    response = JsonResponse({})
    if not keeps:
        response.set_cookie(
            name,
            _new(play, way),
            path="/",
            max_age=600,
            httponly=True,
            samesite="Lax",
            secure="host-prefix" in play.defences,
        )
    return response


def _new(play: AttackPlay, way: str) -> str:
    """A credential that nobody has seen before."""
    login = ShopLogin(play=play, house=way, customer="victim")
    key = secrets.token_urlsafe(16)
    if way == SESSION:
        login.digest = shop_realm().digest(key)
    login.save()
    return key if way == SESSION else JwtCookie(play).token(login, "access")


def _use(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The thief's server asks who it is, with the cookie that was planted."""
    way = _way(request)
    planted = [row.found["cookie"] for row in Loot.objects.filter(play=play, house=way)]
    customer = next(filter(None, (_customer(play, way, key) for key in planted)), "")
    act_note(play, "used", way, customer=customer)
    return JsonResponse(
        {"customer": customer, "says": f"The shop answers: you are {customer or 'nobody'}."}
    )


def _customer(play: AttackPlay, way: str, credential: str) -> str:
    if way == JWT:
        try:
            return JwtCookie(play).opened(credential)[0].customer
        except TokenRefused:
            return ""
    digest = shop_realm().digest(credential)
    found = ShopLogin.objects.filter(play=play, house=way, digest=digest).first()
    return found.customer if found else ""


def _way(request: HttpRequest) -> str:
    return JWT if request.GET.get("way") == JWT else SESSION


class PlantedCookie(Attack):
    """The thief gets a session of the shop that nobody is logged in with, and plants its key.

    A page on a sibling host may set cookies for the shop's host. The victim then logs in. A shop
    that goes on with the key that the browser brought has logged in whoever knows it: the thief.
    """

    slug = "planted-cookie"
    title = "A cookie planted before the log-in"
    known_as = "Session fixation"
    goal = "Be the victim without ever seeing the victim’s cookie."
    readings = (
        Reading(
            "OWASP: Session fixation", "https://owasp.org/www-community/attacks/Session_fixation"
        ),
        Reading(
            "RFC 6265, section 8.6: Weak Integrity",
            "https://www.rfc-editor.org/rfc/rfc6265#section-8.6",
        ),
    )
    defences = (
        Defence("renew", "A new key at the log-in", "As Django does it: login() cycles the key."),
        Defence(
            "host-prefix",
            "__Host- before the cookie’s name",
            "No other host may set a cookie of that name: the browser drops it.",
        ),
    )
    caveat = "The thief needs a page on a sibling host, or a script in the shop’s own."
    order = 40
    words: ClassVar = {
        "a sibling host": "evil.shop.localhost is a host below the name of shop.localhost. It may "
        "set cookies for the name that both share.",
        "__Host-": "A cookie whose name begins so can be set by its own host alone.",
    }

    views: ClassVar = {"plant": _plant, "log-in": _log_in, "use": _use}

    def walk(self, play: AttackPlay) -> Sequence[Stop]:
        return [stop for way in TITLES if play.has_part(way) for stop in _stops(play, way)]

    @classmethod
    def parts(cls) -> Mapping[str, str]:
        return TITLES

    def result(self, play: AttackPlay, acts: Sequence[AttackAct]) -> Result:
        ways = [way for way in TITLES if play.has_part(way)]
        rows = [_row(way, [act for act in acts if act.house == way]) for way in ways]
        lost = [row.title for row in rows if row.cells[-1].went_well is False]
        played = all(row.cells[-1].went_well is not None for row in rows)
        sentence = (
            f"The thief became the victim with: {', '.join(lost)}. A JWT is made at the log-in, so "
            "there is none to plant before."
            if lost
            else "What the thief had planted was worth nothing after the log-in."
        )
        is_whole = played and not play.part
        found = "Nobody became the victim: you found a defence." if is_whole else ""
        solved = "Goal reached: the thief is logged in as the victim." if lost else found
        return Result(COLUMNS, rows, sentence, solved)


def _stops(play: AttackPlay, way: str) -> list[Stop]:
    return [
        Stop.calling(
            play,
            Party.SIBLING,
            "The thief plants a cookie",
            "Plant it",
            call="plant",
            way=way,
            says="The victim has opened this page of a sibling host. Its server has visited the "
            "shop and sets, for the shop’s host, a cookie whose value the thief knows.",
        ),
        Stop.calling(
            play,
            Party.SHOP,
            "The victim logs in",
            "Log in",
            call="log-in",
            way=way,
            says=f"The shop keeps a login as: {TITLES[way]}.",
        ),
        Stop.calling(
            play,
            Party.THIEF,
            "The thief uses what he planted",
            "Ask the shop who I am",
            call="use",
            way=way,
            says="The thief never saw what the victim’s browser was sent. He planted it.",
        ),
    ]


def _row(way: str, acts: Sequence[AttackAct]) -> Row:
    facts = {act.name: act.facts for act in acts}
    log_in, used = facts.get("log-in"), facts.get("used")
    if log_in is None or used is None:
        return Row(TITLES[way], [Cell("not played")] * len(COLUMNS))
    return Row(
        TITLES[way],
        (
            Cell(
                "the browser sent it to the shop" if log_in["planted"] else "the browser dropped it"
            ),
            Cell("the shop went on with it" if log_in["keeps"] else "the shop made a new one"),
            Cell(
                "is logged in as the victim" if used["customer"] else "is nobody",
                not used["customer"],
            ),
        ),
        "session" if way == SESSION else "jwt",
    )
