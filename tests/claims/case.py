"""A world in which a claim is played: this one, or one where something is otherwise."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import time_machine

from accounts.claims import Claim, Evidence, Kind, Laboratory, Progress, Verdict

GLANCE = 0.05  # of the usual repetitions


@dataclass(frozen=True)
class Case:
    """What is otherwise in it, and how a claim comes out there."""

    title: str
    kind: Kind
    change: Callable[[pytest.MonkeyPatch], object] = bool


def play(claim: type[Claim]) -> tuple[Evidence, Verdict]:
    """Do a short experiment; its evidence and its verdict. The clock leaps over its pauses."""
    with time_machine.travel(datetime.now(UTC)) as clock:
        *progress, evidence = claim().run(Laboratory(share=GLANCE, pause=clock.shift))
    assert progress
    assert all(isinstance(one, Progress) for one in progress)
    assert isinstance(evidence, Evidence)
    return evidence, claim().judge(evidence)
