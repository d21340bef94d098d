"""A strategy and an event, played over HTTP: what becomes of the thief's copy."""

from accounts.events import Exchange
from accounts.scenarios._many import all_pairs, play_many
from accounts.scenarios._play import expected, play
from accounts.scenarios._report import Report
from accounts.scenarios._retry import Retry, play_lost_answer
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
