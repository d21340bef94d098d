"""The connections are cut over which the database tells of log-outs."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from accounts.cluster.clients import OK, UNAUTHORIZED, Device
from accounts.cluster.drills._base import BAD, GOOD, Drill, Figure, Line, Outcome, Stage
from accounts.cluster.parts import SITES

_DEVICES = 5
_STRATEGY = "jwt-blacklist-memory"
_PATIENCE = 10.0  # seconds
_POLL = 0.02  # seconds


class ListenCut(Drill):
    """``jwt-blacklist-memory`` keeps its list in each process, and hears of each new entry.

    Each process has told PostgreSQL over a connection of its own that it wants to hear of them
    (``LISTEN``). Five devices log in. The connections that listen are ended, and ended again as
    soon as one is made anew. All five log out at process 1, and each is asked at once at all
    processes. Then the processes may listen again.
    """

    slug = "listen-cut"
    title = "Cut the news of log-outs"
    promise = "A process that hears nothing asks the table, and lets nobody in who has logged out."
    needs = (*SITES, "primary")
    order = 40

    def run(self, stage: Stage) -> Iterator[Line | Outcome]:
        devices = [stage.lab_device(_STRATEGY) for _ in range(_DEVICES)]
        witness = stage.lab_device(_STRATEGY)
        for site in SITES:
            stage.ask(site, witness)
        primary = stage.addresses["primary"]
        many = listeners(primary)
        yield Line(f"{_DEVICES} devices are logged in, and {many} processes listen")
        accepted = kept_out = 0
        with cut(primary):
            yield Line("The connections are cut, and cut again whenever one is made anew")
            for device in devices:
                device.log_out()
                accepted += sum(stage.ask(site, device) != UNAUTHORIZED for site in SITES)
            kept_out = sum(stage.ask(site, witness) != OK for site in SITES)
        yield Line(
            f"After {_DEVICES} log-outs, {accepted} of {_DEVICES * len(SITES)} copies were let in",
            BAD if accepted else GOOD,
        )
        began = time.perf_counter()
        back = _listen_again(stage, primary, many, witness)
        seconds = time.perf_counter() - began
        yield Line(f"The processes listen again after {seconds:.1f} s", GOOD if back else BAD)
        yield Outcome(
            kept=not accepted and not kept_out and back,
            words=f"{accepted} of {_DEVICES * len(SITES)} copies were let in while nobody listened,"
            f" and {kept_out} live logins were kept out. All listen again after {seconds:.1f} s.",
            figures=[
                Figure("Let in after their log-out", accepted),
                Figure("Live logins kept out", kept_out),
                Figure("Listening again after", round(seconds, 2), "s"),
            ],
        )


def listeners(url: str) -> int:
    """How many connections listen for new entries of the blacklist."""
    with psycopg.connect(url) as database:
        row = database.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'blacklist listener'"
        ).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def cut(url: str) -> Iterator[None]:
    """End the connections that listen, again and again, while the block lasts.

    Those of the requests stay: it is the news alone that does not arrive.
    """
    over = threading.Event()
    thread = threading.Thread(target=_end_listeners, args=[url, over], name="cut", daemon=True)
    thread.start()
    try:
        while listeners(url):
            time.sleep(_POLL)
        yield
    finally:
        over.set()
        thread.join()


def _end_listeners(url: str, over: threading.Event) -> None:
    with psycopg.connect(url, autocommit=True) as database:
        while not over.wait(_POLL):
            database.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'blacklist listener'"
            )


def _listen_again(stage: Stage, url: str, many: int, device: Device) -> bool:
    """Ask until as many processes listen as before; a request is what makes one begin."""
    end = time.perf_counter() + _PATIENCE
    while listeners(url) < many and time.perf_counter() < end:
        for site in SITES:
            stage.ask(site, device)
        time.sleep(_POLL)
    return listeners(url) >= many
