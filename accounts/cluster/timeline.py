"""What each place answered over the time, as a drawing: where the bars are, in per mille."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.cluster.drills import milliseconds

_LEAST = 2.0  # per mille of a bar's width, or nobody would see it
_WIDTH = 1000.0
_MARKS = 8
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)  # milliseconds
_OK, _UNAUTHORIZED = 200, 401


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer for a while. ``kind``: in before the moment, let in after it, refused, other."""

    x: float
    width: float
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """One place."""

    name: str
    words: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing: rows, where the moment 0 is, and marks on the axis, so long apart.

    ``key``: the kinds of bars in it, each with what it says.
    """

    rows: Sequence[Row]
    zero: float
    marks: Sequence[float]
    step: str
    end: str
    key: Sequence[tuple[str, str]]


def timeline(tracks: Sequence[Mapping[str, Any]]) -> Timeline | None:
    """The drawing of a drill's tracks; None where it has none."""
    if not any(track["spans"] for track in tracks):
        return None
    spans = [span for track in tracks for span in track["spans"]]
    begin, end = min(span["begin"] for span in spans), max(span["end"] for span in spans)
    scale = _WIDTH / (end - begin)
    kinds = {_kind(span) for span in spans}
    step = next((size for size in _STEPS if end / size <= _MARKS), _STEPS[-1])
    return Timeline(
        rows=[
            Row(
                track["name"],
                track["words"],
                [_bar(span, begin, scale) for span in track["spans"]],
            )
            for track in tracks
        ],
        zero=round(-begin * scale, 1),
        marks=[round((at - begin) * scale, 1) for at in range(0, int(end) + 1, step)],
        step=milliseconds(step),
        end=milliseconds(end),
        key=[(kind, words) for kind, words in _WORDS.items() if kind in kinds],
    )


def _bar(span: Mapping[str, Any], begin: float, scale: float) -> Bar:
    kind = _kind(span)
    words = (
        f"{_WORDS[kind]} from {span['begin']:.0f} to {span['end']:.0f} ms, {span['count']} answers"
    )
    width = (span["end"] - span["begin"]) * scale
    x = round((span["begin"] - begin) * scale, 1)
    return Bar(x, round(max(width, _LEAST), 1), kind, words)


_WORDS = {
    "own": "let in",
    "thief": "let in after the log-out",
    "out": "refused",
    "bounced": "refused while logged in",
    "none": "another answer",
}


def _kind(span: Mapping[str, Any]) -> str:
    if span["status"] == _OK:
        return "thief" if span["begin"] >= 0 else "own"
    if span["status"] == _UNAUTHORIZED:
        # What is refused until after the moment is refused because of the log-out.
        return "out" if span["end"] > 0 else "bounced"
    return "none"
