"""The replica is half a second behind the primary."""

import time
from collections.abc import Iterator, Sequence

from accounts.cluster.clients import OK, UNAUTHORIZED, Eye, Eyes
from accounts.cluster.drills import _base
from accounts.cluster.drills._base import BAD, GOOD, Drill, Figure, Line, Outcome, Stage, Track
from accounts.cluster.parts import SITES
from accounts.strategies import strategies

DELAY = 500  # milliseconds
_WAYS = ("session-db", "jwt-blacklist-joined", "jwt-stateless")
_TITLES = {slug: strategies[slug].title for slug in _WAYS}
_WATCHED = 4.0  # seconds for each half of a way
_EARLY = 50  # milliseconds: clocks of two processes, and the time of the log-in itself
_SLACK = 1000  # milliseconds that a busy machine may add
_NO_LOG_OUT = ("jwt-stateless",)


class ReplicaBehind(Drill):
    """The replica applies what it receives half a second later, and one process reads it.

    Log in at process 1 and ask the reader at once: a session's row is not there yet, so the log-in
    bounces. Then log out at process 1 and send the copy to the reader: it does not know of the
    log-out yet, so a ghost is let in. A token that nobody looks up neither bounces nor ends.
    """

    slug = "replica-behind"
    title = "Replica 500 ms behind"
    promise = (
        "A log-in bounces, and a ghost is let in, for as long as the replica is behind; then no "
        "more."
    )
    needs = (*SITES, "primary", "replica", "reader")
    order = 50

    def run(self, stage: Stage) -> Iterator[Line | Outcome]:
        bounces: dict[str, float] = {}
        ghosts: dict[str, float] = {}
        tracks: list[Track] = []
        with stage.delayed(DELAY):
            yield Line(f"The replica applies what it receives {DELAY} ms later")
            for slug in _WAYS:
                watched = DELAY / 1000 if slug in _NO_LOG_OUT else _WATCHED
                eye, began, ended = watch(stage, slug, watched)
                bounces[slug] = bounced_for(eye, began)
                ghosts[slug] = _base.accepted_for(eye, ended)
                told = _told(slug, bounces[slug], ghosts[slug])
                tracks.append(
                    _base.track_of(eye, ended, told.partition(": ")[2], name=_TITLES[slug])
                )
                yield Line(told, _tone(slug, bounces, ghosts))
        yield Outcome(
            kept=_is_kept(bounces, ghosts),
            words=" ".join(f"{_told(slug, bounces[slug], ghosts[slug])}." for slug in _WAYS),
            figures=[
                figure
                for slug in _WAYS
                for figure in (
                    Figure(
                        f"{_TITLES[slug]}: log-in bounces for",
                        round(bounces[slug], 1),
                        "ms",
                    ),
                    Figure(
                        f"{_TITLES[slug]}: ghost is let in for",
                        round(ghosts[slug], 1),
                        "ms",
                    ),
                )
            ],
            tracks=tracks,
        )


def watch(stage: Stage, slug: str, watched: float) -> tuple[Eye, float, float]:
    """What the reader answers to a device that logs in at process 1, and logs out there again.

    Returns the eye, and the moments of the log-in and the log-out; at most so many seconds after
    the log-out.
    """
    device = stage.lab_device(slug)
    began, eye = time.perf_counter(), stage.eye("reader", device)
    with Eyes([eye]) as eyes:
        eyes.wait(lambda: eye.has_settled(began, OK), _WATCHED)
        ended = device.log_out()
        eyes.wait(lambda: eye.has_settled(ended, UNAUTHORIZED), watched)
    return eye, began, ended


def bounced_for(eye: Eye, began: float) -> float:
    """Milliseconds until the first acceptance; 0 where the first question was accepted."""
    good = [each for each in eye.samples if each.status == OK]
    if not good or good[0] is eye.samples[0]:
        return 0.0
    return (good[0].answered - began) * 1000


def _told(slug: str, bounce: float, ghost: float) -> str:
    first = f"bounces for {_base.milliseconds(bounce)}" if bounce else "is accepted at once"
    if slug in _NO_LOG_OUT:
        return f"{_TITLES[slug]}: the log-in {first}, and no log-out ends it"
    return (
        f"{_TITLES[slug]}: the log-in {first}, the ghost is let in for {_base.milliseconds(ghost)}"
    )


def _tone(slug: str, bounces: dict[str, float], ghosts: dict[str, float]) -> str:
    return BAD if bounces[slug] or ghosts[slug] else GOOD


def _is_kept(bounces: dict[str, float], ghosts: dict[str, float]) -> bool:
    looked_up: Sequence[str] = [slug for slug in _WAYS if slug not in _NO_LOG_OUT]
    behind = range(DELAY - 200, DELAY + _SLACK)
    return not bounces["jwt-stateless"] and all(
        round(times[slug]) in behind for slug in looked_up for times in (bounces, ghosts)
    )
