"""The site signs with a new key, and a resource server has cached the old one."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from accounts.cluster.clients import OK, Device, OwnServer, token_device
from accounts.cluster.drills._base import BAD, GOOD, Drill, Figure, Line, Outcome, Stage
from accounts.cluster.parts import SITES, write_key
from accounts.services.caddy import Caddy
from accounts.services.gunicorn import Gunicorn

CACHED = 300.0  # seconds that the drill tells of
PLAYED = 4.0  # seconds that are played instead
_PATIENCE = 20.0  # seconds
_POLL = 0.05  # seconds
_SLACK = 2.0  # seconds that a busy machine may add


class KeyRotated(Drill):
    """Two resource servers have fetched the site's public key, and believe it for five minutes.

    The site gets a new key, and publishes the old one no more, as one does after it has leaked. At
    the server that waits, what is signed with the new key bounces, and what is signed with the old
    one is let in, until it fetches the keys anew. The other one asks the site as soon as it meets a
    key that it does not know.

    Five minutes are played as four seconds: the figures are those that were measured. The new key
    is that of a process which the drill starts for itself.
    """

    slug = "key-rotated"
    title = "Rotate the key"
    promise = (
        "A resource server that waits is wrong for as long as it caches and no longer; one that "
        "asks for a key it does not know accepts the new one at once."
    )
    needs = (*SITES, "primary", "proxy")
    order = 80

    def run(self, stage: Stage) -> Iterator[Line | Outcome]:
        with tempfile.TemporaryDirectory(prefix="authdemo-") as folder:
            key = Path(folder, "new-key.pem")
            write_key(key)
            rotated = stage.control.environment() | {"JWT_SIGNING_KEY_FILE": str(key)}
            with Gunicorn(environment=rotated) as new:
                yield from _rotate(stage, stage.addresses[SITES[0]], new.address)


def _rotate(stage: Stage, old: str, new: str) -> Iterator[Line | Outcome]:
    """Let the site's address lead to the process with the new key, and ask what holds."""
    before, after = stage.token_device(), token_device(new, stage.control.account())
    proxy = Caddy([old])
    with ExitStack() as running:
        site = running.enter_context(proxy).address
        waits, asks = (
            OwnServer(site, CACHE_SECONDS=str(PLAYED), UNKNOWN_KEY=unknown)
            for unknown in ("wait", "ask")
        )
        for server in (waits, asks):
            server.ask(before)  # now it has the key
        fetched = time.perf_counter()
        yield Line("Two resource servers have the key of the site, and accept its tokens")
        proxy.stop()
        running.enter_context(Caddy([new], port=int(site.rpartition(":")[2])))
        yield Line("The site signs with a new key, and publishes the old one no more")
        asked = _told(before, after, asks)
        yield Line(f"The server that asks for a key it does not know: {asked}", GOOD)
        first = _told(before, after, waits)
        yield Line(f"The server that waits: {first}", BAD)
        blind = _wait(after, before, waits, fetched)
        last = _told(before, after, waits)
        yield Line(f"The server that waits, after {blind:.1f} s: {last}", GOOD)
    right = "the new token is accepted, the old one refused"
    wrong = "the new token is refused, the old one accepted"
    yield Outcome(
        kept=(asked, first, last) == (right, wrong, right) and blind <= PLAYED + _SLACK,
        words=f"The server that waits was wrong in both ways for {blind:.1f} s, of {PLAYED:g} s "
        f"that it caches; with five minutes it is wrong for up to {CACHED / 60:g} min. The one "
        "that asks for an unknown key was right with its first answer.",
        figures=[
            Figure("Cached for", PLAYED, "s"),
            Figure("Wrong for", round(blind, 2), "s"),
        ],
    )


def _told(before: Device, after: Device, server: OwnServer) -> str:
    new, old = (server.ask(each) == OK for each in (after, before))
    words = {True: "accepted", False: "refused"}
    return f"the new token is {words[new]}, the old one {words[old]}"


def _wait(after: Device, before: Device, server: OwnServer, fetched: float) -> float:
    """Seconds from the fetching of the keys until the new token holds and the old one does not."""
    while time.perf_counter() - fetched < _PATIENCE:
        if server.ask(after) == OK and server.ask(before) != OK:
            break
        time.sleep(_POLL)
    return time.perf_counter() - fetched
