"""Time runs out: an end that is told is waited for, one that is too far or unknown is not."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from math import inf
from typing import Any

from accounts.audit.device import Server
from accounts.audit.limits import Limited
from accounts.audit.masking import Masks
from accounts.audit.player import Cell, play
from accounts.audit.profile import profile_read
from accounts.lab.events import events
from accounts.strategies import Outcome
from tests.audit.toy import PROFILE, Toy

LIVES = 2.0  # seconds


def played(toy: Toy, lives: str = "", *, profile: str = PROFILE, event: str = "expiry") -> Cell:
    told = f"lives = {lives}\n[sign_up]" if lives else "[sign_up]"
    found = profile_read(profile.replace("[sign_up]", told))
    with Limited(is_local=True, timeout=5) as limited:
        server = Server(toy.url, found, limited, Masks())
        [cell] = play(server, [events[event]])
    return cell


def test_a_token_is_refused_at_the_end_that_was_told(toy: Toy) -> None:
    toy.lives, began = LIVES, time.time()
    with ThreadPoolExecutor() as pool:  # told by the server and by the profile, at the same time
        cells = [*pool.map(partial(played, toy), ['"json:lives"', str(LIVES)])]
    assert time.time() > max(toy.ends.values()) >= began + LIVES
    for cell in cells:
        assert (cell.error, cell.thief, cell.text.word) == (None, Outcome.REFUSED, "refused")
        assert cell.holds
        [passed] = cell.transcript[cell.event_at[0] : cell.event_at[1]]
        assert passed.title.endswith(" s pass")
        thief = [one.response["status"] for one in cell.transcript if one.who == "thief"]
        assert thief == [200, 401]


def test_a_server_that_forgets_the_end_lets_the_thief_in(toy: Toy) -> None:
    cell = played(toy, "0.1")
    assert (cell.text.sign, cell.text.word, cell.text.detail) == (
        "▲",
        "still works",
        "after its end",
    )
    assert not cell.holds


def test_a_refresh_token_that_outlives_it_is_found(toy: Toy) -> None:
    def renews(handler: Any) -> None:
        [token] = (token for token in toy.ends if token in handler.headers["Authorization"])
        toy.ends[token] = inf
        handler.send(200, {"token": token})

    toy.lives, toy.faults["/refresh"] = 0.2, renews
    both = PROFILE.replace('"json:token"', '"json:token"\nrefresh = "json:token"')
    cell = played(toy, '"json:lives"', profile=f'{both}\n[refresh]\npath = "/refresh"\n')
    assert cell.thief is Outcome.ACCEPTED
    titles = [one.title for one in cell.transcript if one.who == "thief"]
    assert titles[1:4] == [
        "The thief replays its copy",
        "The thief spends its copy of the refresh token",
        "The thief goes on with its new token",
    ]


def test_an_end_that_is_too_far_is_not_waited_for(toy: Toy) -> None:
    end = datetime.now(UTC) + timedelta(hours=1)
    toy.lives = end.isoformat()
    cell = played(toy, '"json:lives"')
    assert (cell.thief, cell.text.word) == (Outcome.NOT_APPLICABLE, "not played")
    assert cell.text.detail == (
        f"cannot tell within 10 s (--wait), it lives until {end:%Y-%m-%d %H:%M} UTC"
    )
    assert not cell.holds


def test_an_end_that_nobody_tells_is_not_guessed(toy: Toy) -> None:
    toy.lives = "soon"
    unknown = "neither the credential nor credential.lives says when it ends"
    assert played(toy).text.detail == unknown
    assert played(toy, '"json:lives"').text.detail == unknown
    assert played(toy, '"never"').text.detail == "it has no end"


def test_a_copy_that_has_no_end_lives_on_for_good(toy: Toy) -> None:
    cell = played(toy, '"never"', event="password-change")
    assert (cell.text.word, cell.text.detail) == ("still works", "for good")
