"""What each place answered over the time, as a drawing: where the bars are, in per mille."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.cluster.drills import milliseconds

_BEFORE = 150.0  # milliseconds that are shown before the moment 0
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
    """The drawing: rows, where the moment 0 is, and marks on the axis, so long apart."""

    rows: Sequence[Row]
    zero: float
    marks: Sequence[float]
    step: str
    end: str


def timeline(tracks: Sequence[Mapping[str, Any]]) -> Timeline | None:
    """The drawing of a drill's tracks; None where it has none."""
    if not any(track["spans"] for track in tracks):
        return None
    end = max(span["end"] for track in tracks for span in track["spans"])
    scale = _WIDTH / (end + _BEFORE)
    rows = [Row(track["name"], track["words"], [*_bars(track["spans"], scale)]) for track in tracks]
    step = next((size for size in _STEPS if end / size <= _MARKS), _STEPS[-1])
    return Timeline(
        rows=rows,
        zero=round(_BEFORE * scale, 1),
        marks=[round((at + _BEFORE) * scale, 1) for at in range(0, int(end) + 1, step)],
        step=milliseconds(step),
        end=milliseconds(end),
    )


def _bars(spans: Sequence[Mapping[str, Any]], scale: float) -> Iterator[Bar]:
    for span in spans:
        for begin, end, is_after in _parts(span["begin"], span["end"]):
            x = max(0.0, (begin + _BEFORE) * scale)
            width = (end + _BEFORE) * scale - x
            if width > 0:
                # Refused from before the answer to the log-out arrived: the log-out it was.
                is_last = span["status"] == _UNAUTHORIZED and span["end"] > 0
                kind = _kind(span["status"], is_after=is_after or is_last)
                words = f"{_WORDS[kind]} from {begin:.0f} to {end:.0f} ms, {span['count']} answers"
                yield Bar(round(x, 1), round(max(width, _LEAST), 1), kind, words)


def _parts(begin: float, end: float) -> Iterator[tuple[float, float, bool]]:
    """A span before and after the moment 0."""
    if begin < 0:
        yield begin, min(end, 0.0), False
    if end > 0:
        yield max(begin, 0.0), end, True


_WORDS = {
    "own": "let in",
    "thief": "let in after the log-out",
    "out": "refused",
    "bounced": "refused while logged in",
    "none": "another answer",
}


def _kind(status: int, *, is_after: bool) -> str:
    if status == _OK:
        return "thief" if is_after else "own"
    if status == _UNAUTHORIZED:
        return "out" if is_after else "bounced"
    return "none"
