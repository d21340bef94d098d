"""Plays drills one at a time in the process that holds the cluster, and keeps what they told.

An experiment from elsewhere that breaks something as well holds the cluster meanwhile.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from accounts.cluster.control import Control
from accounts.cluster.drills import Line, Outcome, Stage, drills
from accounts.services import ServiceError

Json = dict[str, Any]
_KEPT = 20  # runs, for pages that still show one
_POLL = 0.1  # seconds


@dataclass
class Run:
    """A drill that is played, and what it has told so far."""

    drill: str
    began: float = field(default_factory=time.monotonic)
    lines: list[Json] = field(default_factory=list)
    outcome: Json | None = None
    seconds: float = 0.0


class Player:
    """Answers what a keeper is asked about drills: its ``verbs``."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._lock = threading.Lock()
        self._runs: dict[int, Run] = {}
        self._last = 0
        self._held_until = 0.0
        self.verbs: dict[str, Callable[[Json], Json]] = {
            "play": self.play,
            "played": self.played,
            "hold": self.hold,
            "release": self.release,
        }

    def play(self, request: Json) -> Json:
        """Begin a drill in a thread of its own.

        Raises:
            ServiceError: another one is played, or there is none of this name.
        """
        slug, options = str(request["drill"]), dict(request.get("options", {}))
        if slug not in drills:
            raise ServiceError(f"There is no drill {slug!r}.")
        with self._lock:
            self._must_be_free()
            self._last += 1
            self._runs[self._last] = run = Run(slug)
            self._runs.pop(self._last - _KEPT, None)
        stage = Stage(self._control, options)
        threading.Thread(target=_play, args=[run, stage], name="drill", daemon=True).start()
        return {"run": self._last}

    def hold(self, request: Json) -> Json:
        """Begin no drill until ``release``, or for so many seconds: whoever asked may have died.

        Raises:
            ServiceError: a drill is played, or somebody else holds the cluster.
        """
        with self._lock:
            self._must_be_free()
            self._held_until = time.monotonic() + float(request["seconds"])
        return {}

    def release(self, _: Json) -> Json:
        """Let drills begin again."""
        self._held_until = 0.0
        return {}

    def _must_be_free(self) -> None:
        if any(run.outcome is None for run in self._runs.values()):
            raise ServiceError("Another drill is played just now.")
        if time.monotonic() < self._held_until:
            raise ServiceError("An experiment holds the cluster just now.")

    def played(self, request: Json) -> Json:
        """The lines of a run from a number on; once it is over, its outcome.

        Raises:
            ServiceError: it is not known any more.
        """
        run = self._runs.get(int(request["run"]))
        if run is None:
            raise ServiceError("This run is not kept any more.")
        outcome = run.outcome  # before the lines: what is over has told all
        lines = run.lines[int(request.get("after", 0)) :]
        return {"drill": run.drill, "lines": lines, "outcome": outcome, "seconds": run.seconds}


def _play(run: Run, stage: Stage) -> None:
    outcome = Outcome(kept=False, words="It ended without an outcome.")
    try:
        for item in _told(run.drill, stage):
            if isinstance(item, Outcome):
                outcome = item
            else:
                at = round(time.monotonic() - run.began, 3)
                run.lines.append({"at": at, **asdict(item)})
    except Exception as error:  # noqa: BLE001 - the drill is over, and says what stopped it
        outcome = Outcome(kept=False, words=f"It broke off: {type(error).__name__}: {error}")
    run.seconds = round(time.monotonic() - run.began, 1)
    run.outcome = outcome.as_json()


def _told(slug: str, stage: Stage) -> Iterator[Line | Outcome]:
    drill = drills[slug]()
    if missing := stage.missing(drill.needs):
        yield Outcome(kept=False, words=f"It cannot be played without: {', '.join(missing)}.")
        return
    yield from drill.run(stage)


def follow(control: Control, drill: str, **options: str) -> Iterator[Json]:
    """Play a drill on a running cluster: yields its lines, and last what ``played`` gives.

    Raises:
        ServiceError: it cannot be played now.
        ClusterAway: the cluster has ended.
    """
    run, seen = control.play(drill, **options), 0
    while True:
        found = control.played(run, after=seen)
        yield from found["lines"]
        seen += len(found["lines"])
        if found["outcome"]:
            yield found
            return
        time.sleep(_POLL)
