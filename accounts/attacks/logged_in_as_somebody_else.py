"""A log-in that the victim never asked for (login CSRF), in both modes."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponse

from accounts.attacks._base import Attack, Cell, Reading, Result, Row, Stop
from accounts.attacks.stage.fence import Refused
from accounts.attacks.stage.guards import DEFENCES, WORDS, refused_by
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.houses import (
    House,
    JwtCookie,
    LocalStorage,
    SessionCookie,
    house_of,
    house_words,
)
from accounts.attacks.stage.plays import act_note
from accounts.attacks.stage.shop import CUSTOMERS
from accounts.attacks.stage.stops import onwards
from accounts.models import AttackAct, AttackPlay

MINE = "the victim’s"
WAYS: tuple[type[House], ...] = (SessionCookie, JwtCookie, LocalStorage)


def _log_in(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The shop's log-in form, as another page sends it: the thief's own name and password."""
    house = house_of(play, request.GET.get("house", ""))
    if house is None:
        raise Http404
    refused = refused_by(request, play)
    if request.POST.get("password") != CUSTOMERS["attacker"]:
        raise Refused(HTTPStatus.UNAUTHORIZED, "wrong_password", "Name or password is wrong")
    response = onwards(request, play)
    if not refused:
        response.cookies.update(house.log_in("attacker", {}).cookies)
    act_note(play, "log-in", house.slug, customer="attacker", refused=refused)
    return response


def _played(play: AttackPlay) -> list[type[House]]:
    return [house for house in WAYS if play.has_part(house.slug)]


class LoggedInAsSomebodyElse(Attack):
    """The thief has an account of his own at the shop. His page logs the victim in to it.

    The victim is logged in and opens a page of the thief. It sends the shop's log-in form with the
    thief's name and password. The browser keeps the new cookie in place of the old one. Back in the
    shop, the victim orders a lamp, and it lands in the thief's account, with the victim's address.
    """

    slug = "logged-in-as-somebody-else"
    title = "Logged in as somebody else"
    known_as = "Login CSRF"
    goal = "Get the victim’s order into the thief’s account."
    readings = (
        Reading(
            "RFC 9700, Best Current Practice for OAuth 2.0 Security, section 4.7",
            "https://www.rfc-editor.org/rfc/rfc9700#section-4.7",
        ),
        Reading(
            "OWASP: Cross-Site Request Forgery Prevention, login forms",
            "https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html",
        ),
    )
    defences = DEFENCES
    caveat = (
        "The thief’s page is of another site. SameSite does not matter here: it says when a cookie "
        "is sent, and this attack lets one be set."
    )
    order = 30
    words: ClassVar = house_words(WAYS)
    views: ClassVar = {"log-in": _log_in}

    def walk(self, play: AttackPlay) -> Sequence[Stop]:
        walk: list[Stop] = []
        for house in _played(play):
            walk += _stops(play, house, len(walk))
        return walk

    @classmethod
    def parts(cls) -> Mapping[str, str]:
        return {house.slug: house.title for house in WAYS}

    def so_far(self, play: AttackPlay, stop: Stop) -> str:
        """What the shop answered to the thief's form."""
        tries = [act.facts for act in play.seen() if act.house == stop.house]
        tries = [facts for facts in tries if "refused" in facts and "by" not in facts]
        if stop.script != "order.js" or not tries:
            return ""
        return f"The thief’s form: {_tried(tries).words}."

    def result(self, play: AttackPlay, acts: Sequence[AttackAct]) -> Result:
        houses = _played(play)
        rows = [_row(house, [act for act in acts if act.house == house.slug]) for house in houses]
        lost = [row.title for row in rows if row.cells[1].went_well is False]
        columns = ("The thief’s form", "Whose account got the order?")
        return Result(columns, rows, _says(rows, lost), _solved(rows, lost))


def _stops(play: AttackPlay, house: type[House], number: int) -> list[Stop]:
    told = {"title": house.title}
    return [
        Stop(
            Party.SHOP,
            "The victim logs in",
            "Log in",
            "log-in.js",
            "attacks/log_in.html",
            house.slug,
            told,
        ),
        Stop(
            Party.THIEF,
            "A page of the thief",
            "Send the log-in form",
            "form.js",
            "attacks/log_in_elsewhere.html",
            house.slug,
            {**told, "action": f"/{play.pk}/at/log-in/?house={house.slug}&to={number + 2}"},
        ),
        Stop(
            Party.SHOP,
            "The victim orders a lamp",
            "Order a lamp",
            "order.js",
            "attacks/order.html",
            house.slug,
            told,
        ),
    ]


def _row(house: type[House], acts: Sequence[AttackAct]) -> Row:
    tries = [act.facts for act in acts if act.name == "log-in" and "refused" in act.facts]
    orders = [act.facts for act in acts if act.name == "order"]
    return Row(house.title, (_tried(tries), _whose(orders)), house.family)


def _tried(tries: Sequence[Mapping[str, Any]]) -> Cell:
    if not tries:
        return Cell("not played")
    refused = tries[-1]["refused"]
    if refused:
        return Cell(f"refused for its {WORDS[refused]}", went_well=True)
    return Cell("the shop logged the thief’s account in")


def _whose(orders: Sequence[Mapping[str, Any]]) -> Cell:
    if not orders:
        return Cell("not played")
    if orders[-1]["refused"]:
        return Cell("nobody’s: the victim is logged out", went_well=True)
    mine = orders[-1]["customer"] == "victim"
    return Cell(MINE if mine else "the thief’s", mine)


def _says(rows: Sequence[Row], lost: Sequence[str]) -> str:
    if not lost:
        return "Every order landed in the victim’s own account."
    kept = [row.title for row in rows if row.title not in lost]
    told = f"The order landed in the thief’s account with: {', '.join(lost)}."
    if not kept:
        return told
    return (
        f"{told} It did not with: {', '.join(kept)}. What a page keeps itself, another page cannot "
        "replace."
    )


def _solved(rows: Sequence[Row], lost: Sequence[str]) -> str:
    if lost:
        return "Goal reached: an order is in the thief’s account."
    safe = len(rows) == len(WAYS) and all(row.cells[1].words == MINE for row in rows)
    return "Each order is the victim’s own: you found a defence." if safe else ""
