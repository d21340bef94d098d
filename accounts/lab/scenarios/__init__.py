"""A strategy and an event, played over HTTP: what becomes of the thief's copy."""

from accounts.lab.events import Exchange
from accounts.lab.scenarios.lost_answer import Retry, play_lost_answer
from accounts.lab.scenarios.pool import all_pairs, play_many
from accounts.lab.scenarios.report import Report
from accounts.lab.scenarios.scenario import expected, play
from accounts.strategies import Expected, Other, Outcome

__all__ = [
    "Exchange",
    "Expected",
    "Other",
    "Outcome",
    "Report",
    "Retry",
    "all_pairs",
    "expected",
    "play",
    "play_lost_answer",
    "play_many",
]
