"""What a scenario measured, in words: one place for pages, API and terminal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from accounts.lab.events import events
from accounts.lab.scenario import NEEDS_CACHE
from accounts.strategies import Outcome, strategies

Tone = Literal["safe", "later", "vulnerable", "expected", "collateral", "none", "broken"]

SIGNS: dict[Tone, str] = {
    "safe": "●",
    "later": "◐",
    "vulnerable": "▲",
    "expected": "○",
    "collateral": "◆",
    "none": "—",
    "broken": "✕",
}
LEGEND: dict[Tone, str] = {
    "safe": "safe",
    "later": "safe after a while",
    "vulnerable": "the thief gets in",
    "expected": "still works, and should",
    "collateral": "throws out who should stay",
    "none": "does not apply",
    "broken": "experiment failed",
}

_WORDS: dict[Outcome, tuple[Tone, str]] = {
    Outcome.REFUSED: ("safe", "refused"),
    Outcome.LATER: ("later", "refused"),
    Outcome.ACCEPTED: ("vulnerable", "still works"),
    Outcome.NEW_ROLE: ("safe", "accepted"),
    Outcome.STALE_ROLE: ("vulnerable", "accepted"),
    Outcome.NOT_APPLICABLE: ("none", "not applicable"),
}
# After an event that is meant to end no login.
_ROUTINE: dict[Outcome, Tone] = {
    Outcome.ACCEPTED: "expected",
    Outcome.REFUSED: "collateral",
    Outcome.LATER: "collateral",
}
OTHER_DEVICE = {
    "untouched": "stays logged in",
    "collateral": "is thrown out too, although nobody meant it",
    "not-applicable": "is meant to be logged out as well",
}
_UNITS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
_MOMENT, _FEW = 0.1, 10  # seconds; amounts below these are given in a finer unit


@dataclass(frozen=True, slots=True)
class CellText:
    """A cell of the matrix. The sign and the word say what the colour (``tone``) says."""

    tone: Tone
    word: str
    #: when, for how long, or why it does not apply
    detail: str = ""
    #: that the other device was logged out too
    also: str = ""
    #: what the strategy declares, where it was not measured
    differs: str = ""

    @property
    def sign(self) -> str:
        """A shape, for those who see no colour."""
        return SIGNS[self.tone]


def describe(report: Mapping[str, Any]) -> CellText:
    """The cell of a report, which is given as JSON has it (``Report.as_dict()``)."""
    if report["error"]:
        return CellText("broken", "experiment failed", report["error"])
    outcome = Outcome(report["thief"])
    tone, word = _WORDS[outcome]
    if report.get("applies_only") == NEEDS_CACHE:
        return CellText(tone, NEEDS_CACHE)
    if _is_routine(report):
        tone = _ROUTINE.get(outcome, tone)
    detail, also = _detail(outcome, report), _also(report)
    if outcome is Outcome.REFUSED and _was_never_in(report):
        detail = "as before: it has no key"
        tone = tone if also else "safe"
    if outcome is not Outcome.NOT_APPLICABLE and (told := _told(report)):
        word, detail, also = told
    return CellText(tone, word, detail, also, _differs(report))


def _told(report: Mapping[str, Any]) -> tuple[str, str, str] | None:
    return events[report["event"]].told(report) if report["event"] in events else None


def _is_routine(report: Mapping[str, Any]) -> bool:
    """Whether the event wants every credential to work on: a routine rotation ends no login."""
    slug = report["event"]
    return slug in events and events[slug].ideal.thief is Outcome.ACCEPTED


def _was_never_in(report: Mapping[str, Any]) -> bool:
    """Whether the thief held a copy of what counts with a key alone, which it has not."""
    strategy, event = report["strategy"], report["event"]
    is_known = strategy in strategies and event in events
    return is_known and strategies[strategy].bound and events[event].steals


def _detail(outcome: Outcome, report: Mapping[str, Any]) -> str:
    time = None if report["thief_after_s"] is None else duration(report["thief_after_s"])
    match outcome:
        case Outcome.REFUSED:
            at_once = f"at once, within {time}" if _lags(report) else "at once"
            return at_once if report["at_once"] else f"after {time}"
        case Outcome.LATER:
            usual = duration(report["usual_lifetime_s"])
            return f"within {usual}: its token has to run out"
        case Outcome.ACCEPTED:
            end = "for good" if report.get("endless") else "until it expires"
            return f"for {time}" if time else end
        case Outcome.NEW_ROLE:
            return "with the new role"
        case Outcome.STALE_ROLE:
            return f"with the old role, for {time}" if time else "with the old role"
        case Outcome.NOT_APPLICABLE:
            return str(report["why"])


def _lags(report: Mapping[str, Any]) -> bool:
    """Whether all processes may know of the event only after a moment, which is then measured."""
    strategy, event = report["strategy"], report["event"]
    if strategy not in strategies or event not in events:
        return False
    return events[event].revokes and bool(strategies[strategy].propagation_delay)


def _also(report: Mapping[str, Any]) -> str:
    return "the other device, too" if report["other"] == "collateral" else ""


def _differs(report: Mapping[str, Any]) -> str:
    if report["matches"]:
        return ""
    expected = report["expected"]
    if expected["thief"] == report["thief"]:
        return f"expected: the other device {OTHER_DEVICE[expected['other']]}"
    return f"expected: {Outcome(expected['thief']).words}"


def thief_verdict(*, accepted: bool) -> str:
    """How a request of the thief went for the owner, ``● thief stopped``."""
    tone: Tone = "vulnerable" if accepted else "safe"
    return f"{SIGNS[tone]} thief {'got in' if accepted else 'stopped'}"


def cost(report: Mapping[str, Any]) -> str:
    """What the event cost the server, ``2 queries, 1.3 ms``; empty where it did nothing."""
    if not report["cost_us"]:
        return ""
    queries = report["cost_queries"]
    noun = "query" if queries == 1 else "queries"
    return f"{queries} {noun}, {report['cost_us'] / 1000:.1f} ms"


def duration(seconds: float) -> str:
    """A number of seconds as ``0.4 ms``, ``0.8 s``, ``12 s``, ``4 min 58 s``, ``59 min``."""
    if seconds < _MOMENT:
        return f"{seconds * 1000:.1f} ms"
    if seconds < _FEW:
        return f"{seconds:.1f} s"
    left, parts = int(seconds), list[str]()
    for unit, size in _UNITS:
        amount, left = divmod(left, size)
        if amount >= _FEW and not parts:
            return f"{amount} {unit}"
        if amount or parts:
            parts.append(f"{amount} {unit}" if amount else "")
    return " ".join(part for part in parts[:2] if part)
