"""A refresh token that two hold: tabs of one browser, or the owner and a thief."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import ClassVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static

from accounts.attacks._base import Attack, Cell, Reading, Result, Row, Spend, Stop
from accounts.attacks.stage.fence import body_of
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.plays import act_note
from accounts.lab.environment import Environment
from accounts.lab.lost_response import VARIANTS, Ending, Variant, run_lost_response
from accounts.lab.transcript import Exchange
from accounts.models import AttackAct, AttackPlay, ShopLogin
from accounts.strategies.jwt_rotating import JwtRotating
from accounts.tokens.realm import shop_realm

TABS = 5
PLAIN, LOCKS = "plain", "locks"
RACES = {PLAIN: "Five tabs refresh at once", LOCKS: "Five tabs, one after the other (Web Locks)"}
THIEF = "thief"
COLUMNS = ("The owner", "The thief")
OUT, IN = "has to log in again", "stays in"


def _a_step_behind(environment: Environment) -> Ending:
    device, thief = environment.a, environment.thief
    device.log_in()
    thief.steal_from(device)
    device.refresh("The owner spends the refresh token")
    thief.refresh("Later, the thief spends its copy")
    back = device.refresh("The owner spends what it was given")
    return Ending(back, thief.refresh("The thief goes on"))


def _while_the_owner_is_away(environment: Environment) -> Ending:
    device, thief = environment.a, environment.thief
    device.log_in()
    thief.steal_from(device)
    thief.refresh("The owner is away. The thief spends its copy")
    thief.me("The thief sends a request with the new token")
    back = device.refresh("The owner comes back and spends the old token")
    return Ending(back, thief.refresh("The thief goes on"))


ORDERS = (
    *(variant for variant in VARIANTS if "thief" in variant.title.lower()),
    Variant(
        "The thief comes a step behind",
        "The thief looks like an owner whose answer got lost, and gets new tokens. The owner then "
        "shows the pair that is dead by now: the login ends.",
        _a_step_behind,
        timedelta(0),
    ),
    Variant(
        "The thief goes on while the owner is away",
        "Nobody can notice as long as one of the two is silent. When the owner comes back, the "
        "login ends.",
        _while_the_owner_is_away,
        timedelta(0),
    ),
)


def _begin(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """Log in; the refresh token is good for one refresh, strictly."""
    token = secrets.token_urlsafe(24)
    digest = shop_realm().digest(token)
    ShopLogin.objects.create(play=play, house=_way(request), customer="victim", digest=digest)
    return JsonResponse({"refresh": token})


def _rotate(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """Spend the refresh token. One that is spent already ends the login, as for a thief's."""
    way, sent = _way(request), str(body_of(request).get("refresh", ""))
    token = secrets.token_urlsafe(24)
    logins = ShopLogin.objects.filter(play=play, house=way)
    old, new = (shop_realm().digest(each) for each in (sent, token))
    if logins.filter(digest=old).update(digest=new):
        act_note(play, "refreshed", way)
        return JsonResponse({"refresh": token})
    logins.delete()
    act_note(play, "refused", way)
    return JsonResponse({"refresh": ""})


def _alive(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """A tab asks, after all, whether it is still signed in."""
    is_alive = ShopLogin.objects.filter(play=play, house=_way(request)).exists()
    act_note(play, "asked", _way(request), alive=is_alive)
    return JsonResponse({"alive": is_alive})


def _orders(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """Play the thief's orders of play with the lab's rotation, which is the site's."""
    stays = 0
    for number, variant in enumerate(ORDERS):
        played = run_lost_response(JwtRotating, variant)
        told = [f"{one.title}: {one.response.get('status')}" for one in played.transcript]
        act_note(
            play,
            "played",
            f"order-{number}",
            owner=played.goes_on,
            thief=bool(played.thief_in),
            told=[*told, variant.about],
            spends=[asdict(spend) for spend in _spends(played.transcript)],
            broke=bool(played.error),
        )
        stays += bool(played.thief_in)
    return JsonResponse({"says": f"The thief stayed in, in {stays} of {len(ORDERS)} orders."})


def _spends(transcript: Iterable[Exchange]) -> Iterable[Spend]:
    """Who showed which refresh token, and what was given for it, from what was sent and answered.

    The transcript has tokens masked. That is enough to tell them apart: the last letters shown are
    of the signature.
    """
    numbers: dict[str, int] = {}
    for one in transcript:
        shown = str((one.request["body"] or {}).get("refresh", ""))
        body = one.response["body"] or {}
        # The log-in spends none. It is what the first token comes from.
        given = str(body.get("refresh", ""))
        for token in filter(None, (shown, given)):
            numbers.setdefault(token, len(numbers) + 1)
        if shown:
            by = "thief" if one.who == "thief" else "owner"
            refused = "" if given else str(body.get("code", ""))
            yield Spend(by, numbers[shown], numbers.get(given, 0), refused)


def _way(request: HttpRequest) -> str:
    return LOCKS if request.GET.get("way") == LOCKS else PLAIN


class StolenRefreshToken(Attack):
    """A refresh token is spent by its first use, so that a stolen copy is noticed.

    But two who hold one token need not be owner and thief. Five tabs of one browser wake up at the
    same moment and spend the same token: where it counts once, strictly, that looks like a theft.
    If the tabs take turns, nobody is thrown out.

    Then the thief comes, in four orders of play, against rotation with a grace of seconds, as this
    site has it: who stays in depends on who is seen, and when.
    """

    slug = "stolen-refresh-token"
    title = "Two hold a refresh token"
    known_as = "Refresh token replay"
    goal = "Stay in with a copy of the owner’s refresh token."
    readings = (
        Reading(
            "RFC 9700, section 4.14: refresh token protection",
            "https://www.rfc-editor.org/rfc/rfc9700#section-4.14",
        ),
        Reading("W3C: Web Locks API", "https://www.w3.org/TR/web-locks/"),
    )
    caveat = (
        "The tabs are workers of one page: they run at once and share what is stored, as tabs do. "
        "Later, in the thief’s orders of play, means after the grace, which is none here."
    )
    order = 70
    row_title = "What happens"
    words: ClassVar = {
        "R1, R2, R3": "Refresh tokens in the order in which the server made them. Below a token "
        "stand those that were given for it; the numbers say who came when.",
        "the grace": "Seconds in which a spent refresh token counts once more, for requests that "
        "were sent at the same time. A thief who is as quick gets the same new token.",
        "the login ends": "A token that is dead came back, so two have a copy. Nobody can tell "
        "which of them is the owner: both are out.",
        "Web Locks": "With navigator.locks the tabs of one browser wait for their turn.",
    }
    views: ClassVar = {"begin": _begin, "rotate": _rotate, "alive": _alive, "orders": _orders}

    def walk(self, play: AttackPlay) -> Sequence[Stop]:
        races = [
            Stop(
                Party.SHOP,
                title,
                "Wake them up",
                "tabs.js",
                "attacks/tabs.html",
                way,
                {"way": way, "tabs": TABS, "worker": static("js/attacks/tab-worker.js")},
            )
            for way, title in RACES.items()
            if play.has_part(way)
        ]
        thief = Stop.calling(
            play,
            Party.THIEF,
            "The thief has a copy of the refresh token",
            f"Play {len(ORDERS)} orders",
            call="orders",
            way="",
            says="In the first it comes before the owner, in the second at once after it, in the "
            "third a step behind, in the fourth while the owner is away.",
        )
        return [*races, thief] if play.has_part(THIEF) else races

    @classmethod
    def parts(cls) -> Mapping[str, str]:
        return {**RACES, THIEF: f"The thief, in {len(ORDERS)} orders of play"}

    def result(self, play: AttackPlay, acts: Sequence[AttackAct]) -> Result:
        ways = [way for way in RACES if play.has_part(way)]
        races = [_race(way, [act for act in acts if act.house == way]) for way in ways]
        played = {act.house: act for act in acts if act.name == "played"}
        numbers = range(len(ORDERS)) if play.has_part(THIEF) else ()
        orders = [_order_row(number, played.get(f"order-{number}")) for number in numbers]
        stay = [row.title for row in orders if row.cells[1].went_well is False]
        solved = "Goal reached: the thief stayed in, within the grace." if stay else ""
        sentence = " ".join([*_tabs(races), *_thieves(orders, stay)])
        return Result(COLUMNS, [*races, *orders], sentence or "Not played to the end.", solved)


def _tabs(races: Sequence[Row]) -> Iterable[str]:
    """What the tabs did, in a sentence for each way that was played."""
    for row in races:
        if row.cells[0].went_well is False:
            yield "Without turns the tabs threw each other out."
        elif row.cells[0].went_well and row.title == RACES[LOCKS]:
            yield "In turn, all tabs stay in."


def _thieves(orders: Sequence[Row], stay: Sequence[str]) -> Iterable[str]:
    """In how many orders of play the thief stayed in."""
    if any(row.cells[1].went_well is not None for row in orders):
        colon = ": " if stay else ""
        counted = f"{len(stay)} of {len(orders)} orders{colon}{'; '.join(stay)}"
        yield f"The thief stayed in, in {counted}."


def _race(way: str, acts: Sequence[AttackAct]) -> Row:
    asked = [act.facts["alive"] for act in acts if act.name == "asked"]
    if not asked:
        return Row(RACES[way], [Cell("not played")] * len(COLUMNS), "jwt")
    refreshed = sum(act.name == "refreshed" for act in acts)
    refused = sum(act.name == "refused" for act in acts)
    told = (f"{refreshed} refreshes were accepted, {refused} were refused.",)
    alive = sum(asked)
    cells = (Cell(f"{alive} of {len(asked)} tabs stay in", alive == len(asked)), Cell("–"))
    return Row(RACES[way], cells, "jwt", told)


def _order_row(number: int, act: AttackAct | None) -> Row:
    title = ORDERS[number].title
    if act is None or act.facts["broke"]:
        words = "not played" if act is None else "it broke; play again"
        return Row(title, [Cell(words)] * len(COLUMNS), "jwt")
    owner, thief = act.facts["owner"], act.facts["thief"]
    cells = (Cell(IN if owner else OUT), Cell(IN if thief else "is out", not thief))
    spends = [Spend(**spend) for spend in act.facts.get("spends", ())]
    return Row(title, cells, "jwt", act.facts["told"], spends=spends)
