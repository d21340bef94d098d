"""Playing every event that a profile makes possible, and what came of each."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.audit.accounts import SPOILING, Accounts
from accounts.audit.device import Heard, NetworkDevice, Server
from accounts.audit.limits import CannotTell, Stuck
from accounts.audit.shipped import LEFT_OUT
from accounts.audit.stage import NetworkStage
from accounts.lab.events import Event, events
from accounts.lab.script import Observation, Script
from accounts.lab.stage import CannotHappen
from accounts.lab.transcript import Exchange, ScenarioError, Transcript
from accounts.lab.wording import CellText, describe
from accounts.strategies import Other, Outcome
from accounts.tracing.redaction import redact


@dataclass(frozen=True, slots=True)
class Cell:
    """One event at one server, as it was measured."""

    #: the event's slug
    event: str
    #: None: nobody can tell, and ``error`` says why
    thief: Outcome | None
    #: seconds, as in the lab's ``Report``
    after_s: float | None = None
    #: whether the thief's first request after the event was refused
    at_once: bool = False
    #: seconds that the copied credential had left, where it says so
    left_s: float | None = None
    #: whether it has no end at all
    endless: bool = False
    other: Other = "not-applicable"
    role: str | None = None
    #: bytes of the credential that a request sends
    bytes_sent: int = 0
    #: what the server says of its own work (``Server-Timing``)
    server_timing: str = ""
    #: why it does not apply
    why: str = ""
    error: str | None = None
    transcript: tuple[Exchange, ...] = field(default=())
    event_at: tuple[int, int] = (0, 0)

    @property
    def holds(self) -> bool:
        """Whether the event did what it ought to: what ``--require`` asks."""
        ideal = events[self.event].ideal
        return (self.thief, self.other) == (ideal.thief, ideal.other)

    @property
    def text(self) -> CellText:
        """The cell in words, as the lab's matrix has it."""
        if self.error:
            return CellText("broken", "cannot tell", self.error)
        if self.thief is Outcome.NOT_APPLICABLE and self.transcript:
            return CellText("none", "not played", self.why)
        return describe(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """For JSON, with the keys that the lab's reports have."""
        return {
            "strategy": "",
            "event": self.event,
            "thief": self.thief,
            "thief_after_s": self.after_s,
            "at_once": self.at_once,
            "usual_lifetime_s": self.left_s,
            "endless": self.endless,
            "other": self.other,
            "role": self.role,
            "bytes_per_request": self.bytes_sent,
            "server_timing": self.server_timing,
            "why": self.why,
            "error": self.error,
            "matches": True,  # nothing is declared that it could differ from
            "event_at": self.event_at,
            "transcript": [exchange.as_dict() for exchange in self.transcript],
        }


def playable() -> list[type[Event]]:
    """The events that a profile can make possible, those last that spoil an account."""
    return sorted((event for event in events if event.needs), key=_spoils)


def _spoils(event: type[Event]) -> int:
    return SPOILING.index(event.slug) if event.slug in SPOILING else -1


def play(server: Server, chosen: Sequence[type[Event]]) -> Iterator[Cell]:
    """Play events one after the other; a server that hangs is not asked again."""
    accounts, stuck = Accounts(server), ""
    for event in chosen:
        if not server.gives(event.needs):
            why = f"{LEFT_OUT} {event.needs}"
            yield Cell(event.slug, Outcome.NOT_APPLICABLE, why=why)
        elif stuck:
            yield Cell(event.slug, None, error=f"not played: {stuck}")
        else:
            cell, stuck = _play(accounts, event)
            yield cell


def _play(accounts: Accounts, event: type[Event]) -> tuple[Cell, str]:
    """The cell, and why there is no going on."""
    account = accounts.account(event.slug)
    password, stage = account.password, NetworkStage(account, accounts.server)
    observed = Observation(exchanges=stage.transcript.exchanges)
    error: str | None = None
    why = stuck = ""
    try:
        accounts.begin(stage)
        Script(stage, event, observed, patience=0).run()
        _must_end(stage, observed)
    except CannotHappen as impossible:
        observed.thief, why = Outcome.NOT_APPLICABLE, str(impossible)
    except Exception as broken:  # noqa: BLE001
        # Whatever another server answers, it belongs into this cell: the others go on.
        error = redact(accounts.server.masks.text(str(broken) or type(broken).__name__))
        stuck = error if isinstance(broken, Stuck) else ""
    try:
        accounts.end(stage, password)
    except ScenarioError as lost:
        error = str(lost)
    cell = _cell(event, stage, observed, error, why)
    stage.close()
    return cell, stuck


def _must_end(stage: NetworkStage, observed: Observation) -> None:
    """Raise CannotTell where a copy is refused later, and nobody says when."""
    if observed.thief is Outcome.LATER and stage.thief.access_ends is None:
        raise CannotTell(
            "the copy still works, cannot be renewed any more, and does not say when it runs out"
        )


def _cell(
    event: type[Event], stage: NetworkStage, observed: Observation, error: str | None, why: str
) -> Cell:
    ends = stage.thief.access_ends
    return Cell(
        event.slug,
        None if error else observed.thief,
        after_s=observed.after_s,
        at_once=observed.at_once,
        left_s=None if ends is None else max(0.0, ends - time.time()),
        endless=stage.is_endless,
        other=observed.other,
        role=observed.role,
        bytes_sent=observed.size,
        server_timing=stage.a.server_timing,
        why=why,
        error=error,
        transcript=tuple(observed.exchanges),
        event_at=observed.event_at,
    )


def check(server: Server) -> Heard:
    """Log in and ask who one is, no more.

    Raises:
        ScenarioError: something is wrong, with the key of the profile.
    """
    accounts = Accounts(server)
    stage = NetworkStage(accounts.account(""), server)
    accounts.begin(stage)
    device = NetworkDevice("A", stage.account, server, Transcript())
    try:
        for heard in (device.log_in(), device.me("")):
            if not heard.accepted:
                raise CannotTell(f"{heard.reason}: refused")
        return heard
    finally:
        device.close()
