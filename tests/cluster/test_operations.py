"""Many people at once while a process and the database are killed: what is acknowledged holds."""

from contextlib import closing

import pytest

from accounts.cluster.control import Control
from tests.load.people import Person, Tally, play

pytestmark = pytest.mark.xdist_group("cluster")


def test_what_was_acknowledged_holds_while_a_process_and_the_database_are_killed(
    cluster: Control,
) -> None:
    before = cluster.state()
    tally = play(cluster, 300, parts=("site-2", "primary"), every=0.3, kills=2)
    assert tally.kills == {"site-2": 1, "primary": 1}
    assert tally.wrong == []
    assert tally.number() >= 300
    assert min(tally.done[name] for name in ("me", "log in", "refresh", "log out")) > 0
    assert cluster.state() == before  # each runs again, at the address where it was


def test_who_is_let_in_after_the_end_or_refused_before_is_noticed(cluster: Control) -> None:
    addresses, tally = {part["slug"]: part["address"] for part in cluster.state()}, Tally()
    with closing(Person(addresses, addresses["primary"], tally, seed=99)) as person:
        person.begin()
        assert person.log_in()
        [device] = person.devices
        assert person.me(device)
        assert tally.wrong == []
        device.live = False  # as if a log-out had been acknowledged that ended nothing
        assert person.me(device)
        assert tally.wrong.pop() == f"{device.way}: accepted after its end"
        device.live = True
        assert person.log_out(device)
        device.live = True
        assert person.me(device)
    [wrong] = tally.wrong
    assert wrong.startswith(f"{device.way}: refused while live")
