"""A world in which a claim is played: this one, or one where something is otherwise."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from accounts.claims import Claim, Evidence, Kind, Laboratory, Progress, Verdict

GLANCE = 0.05  # of the usual repetitions


@dataclass(frozen=True)
class Case:
    """What is otherwise in it, and how a claim comes out there."""

    title: str
    kind: Kind
    change: Callable[[pytest.MonkeyPatch], object] = bool


def play(claim: type[Claim]) -> tuple[Evidence, Verdict]:
    """Do a short experiment; its evidence and its verdict."""
    *progress, evidence = claim().run(Laboratory(share=GLANCE))
    assert progress
    assert all(isinstance(one, Progress) for one in progress)
    assert isinstance(evidence, Evidence)
    return evidence, claim().judge(evidence)
