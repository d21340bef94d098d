"""A cookie that another host, or another port, puts beside the shop's own (cookie tossing)."""

import secrets
from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.attacks._base import Attack, Cell, Reading, Result, Row, Stop
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.plays import act_note
from accounts.models import AttackAct, AttackPlay, ShopLogin
from accounts.tokens.realm import shop_realm

PLAIN, HOST = "plain", "host"
NAMES = {PLAIN: "an ordinary name", HOST: "a name with __Host-"}
FROM = {Party.SIBLING: "A sibling host", Party.NEIGHBOUR: "The same host, another port"}
COLUMNS = ("Cookies that the shop was sent", "Whose account got the order?")


def _ways() -> list[tuple[Party, str]]:
    parties = [party for party in FROM if party is not Party.NEIGHBOUR or settings.ATTACKS_PORT]
    return [(party, name) for party in parties for name in NAMES]


def _played(play: AttackPlay) -> list[tuple[Party, str]]:
    return [way for way in _ways() if play.has_part(_slug(*way))]


def _title(party: Party, name: str) -> str:
    return f"{FROM[party]}, {NAMES[name]}"


def _slug(party: Party, name: str) -> str:
    return f"{party.name.lower()}-{name}"


def _cookie(play: AttackPlay, way: str) -> str:
    prefix = "__Host-" if way.endswith(HOST) else ""
    return f"{prefix}{way}-{play.pk.hex[:8]}"


def _key(play: AttackPlay, way: str, customer: str) -> str:
    """Log a customer in, and return the key of the session."""
    key = secrets.token_urlsafe(16)
    digest = shop_realm().digest(key)
    ShopLogin.objects.create(play=play, house=way, customer=customer, digest=digest)
    return key


def _log_in(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The shop logs the victim in."""
    way = _way(request)
    response = JsonResponse({})
    response.set_cookie(
        _cookie(play, way),
        _key(play, way, "victim"),
        max_age=600,
        path="/" if way.endswith(HOST) else f"/{play.pk}/",
        secure=way.endswith(HOST),
        httponly=True,
        samesite="Lax",
    )
    return response


def _toss(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The thief's page sets cookies of the same name, with the key of the thief's own session.

    Of two cookies with one name a server takes the first or the last: so there are two more, one
    for a longer path, which comes first, and one for a shorter, which comes last.
    """
    way, response = _way(request), HttpResponse(status=204)
    key = _key(play, way, "attacker")
    for path in ("/", f"/{play.pk}/at/order/"):
        kept = JsonResponse({})
        kept.set_cookie(
            _cookie(play, way),
            key,
            max_age=60,
            path=path,
            domain=None if way.startswith(Party.NEIGHBOUR.name.lower()) else Party.SHOP.value,
            secure=way.endswith(HOST),
        )
        # One answer, two cookies of one name: a dictionary of cookies knows each name once.
        response.cookies[f"{path}"] = kept.cookies[_cookie(play, way)]
    return response


def _order(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The victim orders; the shop takes the login that the cookie names."""
    way = _way(request)
    sent = request.META.get("HTTP_COOKIE", "").count(f"{_cookie(play, way)}=")
    digest = shop_realm().digest(request.COOKIES.get(_cookie(play, way), ""))
    found = ShopLogin.objects.filter(play=play, house=way, digest=digest).first()
    act_note(play, "order", way, cookies=sent, customer=found.customer if found else "")
    whose = f"the account of “{found.customer}”" if found else "no account"
    return JsonResponse({"says": f"The shop has put the lamp into {whose}."})


def _way(request: HttpRequest) -> str:
    known = {_slug(*way) for way in _ways()}
    return way if (way := request.GET.get("way", "")) in known else PLAIN


class TossedCookie(Attack):
    """The thief cannot read the shop's cookie, but sets another one of the same name.

    Cookies know neither ports nor, going up, host names: a sibling host may set one for the shop's
    host, and so may whatever else runs on the host. The server is sent both, without a word which
    is whose. Here the thief's cookie holds a session of the thief's own account.
    """

    slug = "tossed-cookie"
    title = "A second cookie of the same name"
    known_as = "Cookie tossing"
    goal = "Get the victim’s order into the thief’s account, without a log-in form."
    readings = (
        Reading(
            "RFC 6265bis, section 4.1.3: cookie name prefixes",
            "https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/",
        ),
        Reading(
            "RFC 6265, section 8.5: cookies do not provide isolation by port",
            "https://www.rfc-editor.org/rfc/rfc6265#section-8.5",
        ),
    )
    caveat = (
        "Of two cookies with one name, Django takes the last that the browser sends. A token in "
        "the Authorization header is not played: no other page can add one."
    )
    order = 50
    words: ClassVar = {
        "a sibling host": "evil.shop.localhost is a host below the name of shop.localhost. It may "
        "set cookies for the name that both share.",
        "another port": "Another program on the same machine. Cookies do not know ports, so it "
        "shares them all.",
        "a name with __Host-": "A cookie whose name begins so can be set by its own host alone: "
        "by no sibling, but still by another port.",
    }
    row_title = "Who tosses, and the cookie’s name"
    views: ClassVar = {"log-in": _log_in, "toss": _toss, "order": _order}

    def walk(self, play: AttackPlay) -> Sequence[Stop]:
        return [stop for way in _played(play) for stop in _stops(play, *way)]

    @classmethod
    def parts(cls) -> Mapping[str, str]:
        return {_slug(*way): _title(*way) for way in _ways()}

    def result(self, play: AttackPlay, acts: Sequence[AttackAct]) -> Result:
        rows = [_row(party, name, acts) for party, name in _played(play)]
        lost = [row.title for row in rows if row.cells[-1].went_well is False]
        kept = [row.title for row in rows if row.cells[-1].went_well]
        if not lost:
            return Result(COLUMNS, rows, "Every order landed in the victim’s own account.")
        safe = f" It did not from: {'; '.join(kept)}." if kept else ""
        sentence = f"The order landed in the thief’s account from: {'; '.join(lost)}.{safe}"
        return Result(COLUMNS, rows, sentence, "Goal reached: an order is in the thief’s account.")


def _stops(play: AttackPlay, party: Party, name: str) -> list[Stop]:
    way = _slug(party, name)
    return [
        Stop.calling(
            play,
            Party.SHOP,
            "The victim logs in",
            "Log in",
            call="log-in",
            way=way,
            says=f"The shop’s cookie has {NAMES[name]}.",
        ),
        Stop.calling(
            play,
            party,
            "A page of the thief",
            "Toss a cookie",
            call="toss",
            way=way,
            says=f"The victim has opened this page. It is on {FROM[party].lower()}, and sets a "
            "cookie of the same name as the shop’s.",
        ),
        Stop.calling(
            play,
            Party.SHOP,
            "The victim orders a lamp",
            "Order a lamp",
            call="order",
            way=way,
            says="The victim is back in the shop. Nothing looks odd.",
        ),
    ]


def _row(party: Party, name: str, acts: Sequence[AttackAct]) -> Row:
    slug = _slug(party, name)
    orders = [act.facts for act in acts if act.house == slug and act.name == "order"]
    if not orders:
        cells = [Cell("not played")] * len(COLUMNS)
    else:
        mine = orders[-1]["customer"] == "victim"
        whose = "the victim’s" if mine else "the thief’s"
        cells = [Cell(str(orders[-1]["cookies"])), Cell(whose, mine)]
    return Row(_title(party, name), cells, "session")
