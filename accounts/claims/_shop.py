"""The theatre's shop without a browser: over HTTP in this process, for the experiments.

What a browser does with a cookie no server can tell. That is taken from what was recorded in named
browsers (``accounts/attacks/results``), and is called so.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import Morsel, SimpleCookie
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.attacks.stage.hosts import Party, origin_of
from accounts.attacks.stage.plays import play_begin
from accounts.attacks.stage.recorded import NOT_PLAYED, Recorded, recorded_of
from accounts.attacks.stage.shop import CUSTOMERS
from accounts.models import AttackPlay

if TYPE_CHECKING:
    import httpx

HOME = "http://127.0.0.1"

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page of the shop gets to a request: JSON for its scripts, cookies for its browser."""

    ok: bool
    body: Mapping[str, Any]
    cookies: Mapping[str, Morsel[str]]

    @property
    def sent_along(self) -> Headers:
        """The header by which a browser sends these cookies, where it does."""
        return cookie_header({name: one.value for name, one in self.cookies.items()})


class Shop:
    """A play of an attack, and requests to its hosts. Cookies are sent by who says so alone."""

    def __init__(self, http: "httpx.Client", play: AttackPlay) -> None:
        self._http = http
        self.play = play

    def post(
        self,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Headers | None = None,
        party: Party = Party.SHOP,
    ) -> Answer:
        """Send JSON to a path below the play at a party's host."""
        return self._send(path, party, json=body or {}, headers=headers)

    def form(self, path: str, fields: Mapping[str, str], headers: Headers) -> Answer:
        """Send a form to a path below the play at the shop's host."""
        return self._send(path, Party.SHOP, data=fields, headers=headers)

    def _send(self, path: str, party: Party, **content: Any) -> Answer:
        response = self._http.post(f"{origin_of(party, HOME)}/{self.play.pk}/{path}", **content)
        self._http.cookies.clear()
        cookies: SimpleCookie = SimpleCookie()
        for line in response.headers.get_list("set-cookie"):
            cookies.load(line)
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        return Answer(response.is_success, response.json() if is_json else {}, cookies)

    def log_in(self, house: str, who: str = "victim", **more: Any) -> Answer:
        """Log a customer in, as the page of a house does."""
        customer = {"username": who, "password": CUSTOMERS[who]}
        return self.post(f"{house}/login/", {**customer, **more})

    def order(self, house: str, headers: Headers, times: int) -> int:
        """How many of so many orders are accepted that come with these headers."""
        lamp = {"item": "gold lamp"}
        return sum(self.post(f"{house}/order/", lamp, headers).ok for _ in range(times))


def cookie_header(cookies: Mapping[str, str]) -> Headers:
    """The header that brings cookies."""
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


@contextmanager
def shop_open(attack: str, *defences: str) -> Iterator[Shop]:
    """A new play of an attack, in which the shop has these defences."""
    import httpx  # late, as the lab does

    play = play_begin(attack, defences, visitor=uuid.uuid4(), home=HOME, browser="none")
    application = httpx.WSGITransport(app=import_string(settings.WSGI_APPLICATION))
    with httpx.Client(transport=application, trust_env=False) as http:
        yield Shop(http, play)


def recorded(attack: str, *defences: str) -> list[Recorded]:
    """What came of a play in each browser in which it was recorded."""
    return [one for one in recorded_of(attack) if [*one.defences] == [*defences]]


def browser_of(one: Recorded) -> str:
    """The browser's name, without its version."""
    return one.browser.partition(" ")[0]


def seen(what: str, found: Iterable[Recorded]) -> str:
    """The title of measurements that were recorded: what of, in which browsers, on which days."""
    browsers = {f"{one.browser}, {one.made:%Y-%m-%d}" for one in found}
    return f"{what} ({NOT_PLAYED}: {'; '.join(sorted(browsers))})"


def went_well(one: Recorded, row: str, column: int) -> bool | None:
    """Whether a cell of a recorded table is good for the owner; None where it says nothing of that.

    Raises:
        KeyError: it has no such row.
    """
    cells = {each.title: each.cells for each in one.result.rows}
    return cells[row][column].went_well


def lost(one: Recorded, rows: Iterable[str], column: int) -> int:
    """In how many of these rows the owner lost, by a column."""
    return sum(went_well(one, row, column) is False for row in rows)
