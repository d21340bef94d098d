"""Runs that visitors start from the page: one at a time in a process, in the lab's line."""

import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing

from django.db import close_old_connections

from accounts.claims._evidence import Played, Progress
from accounts.claims._play import play
from accounts.cluster.here import own_control
from accounts.conf import own_database
from accounts.lab.turns import MAX_SHORT, Turn, Waiting, turn_ask
from accounts.models import ClaimRun
from accounts.site import throttle
from accounts.site.throttle import Limit

# An experiment keeps a core busy: it waits where long runs wait, not before a single cell.
_AS_LONG_AS = MAX_SHORT + 1


class ClaimStream:
    """Claims that are played in a visitor's turn while one iterates. Close it in any case.

    Iterating gives progress with its claim, and each run that was kept.

    Raises:
        PlayError: while iterating, where the database or an experiment failed.
    """

    # Two experiments at once would measure each other.
    _room = threading.BoundedSemaphore(1)

    def __init__(
        self, slugs: Sequence[str], *, visitor: uuid.UUID, client: str, turn: Turn
    ) -> None:
        self._open = ExitStack()
        self._open.callback(self._room.release)
        self._open.callback(turn.end)
        self._visitor = visitor
        self._client = client
        self._turn = turn
        playing = play(slugs, database=own_database(), cluster=own_control())
        self._played = self._open.enter_context(closing(playing))

    @classmethod
    def begin(
        cls, slugs: Sequence[str], *, visitor: uuid.UUID, client: str
    ) -> "ClaimStream | Waiting":
        """Begin if it is the visitor's turn, or tell the place in the line.

        ``client`` is the digest of its address: it is throttled, and of it a share of the runs is
        kept.

        Raises:
            Throttled: the line is full, or this client has played too many.
        """
        has_room = cls._room.acquire(blocking=False)
        turn: Turn | Waiting | None = None
        try:
            turn = turn_ask(visitor, cells=_AS_LONG_AS, may_begin=has_room)
            if isinstance(turn, Turn):
                _charge(turn, client)
                stream = cls(slugs, visitor=visitor, client=client, turn=turn)
                has_room = False  # it is the stream's now
                return stream
        finally:
            if has_room:
                cls._room.release()
        return turn

    def __iter__(self) -> Iterator[tuple[str, Progress] | ClaimRun]:
        for item in self._played:
            self._turn.pulse()
            yield self._keep(item) if isinstance(item, Played) else item

    def _keep(self, played: Played) -> ClaimRun:
        close_old_connections()  # some experiments stop the database for a while
        return run_keep(played, visitor=self._visitor, client=self._client)

    def close(self) -> None:
        """End the run and what it started. May be called twice."""
        self._open.close()


def _charge(turn: Turn, client: str) -> None:
    try:
        throttle.take(Limit("claim-runs", client))
    except throttle.Throttled:
        turn.end()
        raise


def run_keep(played: Played, *, visitor: uuid.UUID, client: str = "") -> ClaimRun:
    """Keep what came of a claim for its visitor, and for whoever is given its address."""
    return ClaimRun.objects.create(
        visitor=visitor,
        client=client,
        claim=played.claim,
        database=played.database,
        played=played.as_json(),
    )
