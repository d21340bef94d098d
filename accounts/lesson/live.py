"""What a class has played in its lesson: kept by its room, printed on its handout."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any
from urllib.parse import parse_qs, urlsplit

from accounts.answer.sentences import milliseconds
from accounts.attacks import attacks
from accounts.bench.measures.machine import machine
from accounts.claims import Kind, Verdict, claims, queries
from accounts.conf import own_database
from accounts.lab.events import events
from accounts.lab.wording import describe
from accounts.lesson._base import Figure, Lesson, Run, Source, Step
from accounts.lesson.links import Kept, linked
from accounts.models import AttackPlay, ClaimRun, LessonRun, Room
from accounts.models import Run as LabRun
from accounts.strategies import strategies

Lanes = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Live:
    """What was played at a step: a ``claim``, of which the step's reveal is made, or figures."""

    claim: ClaimRun | None = None
    figures: tuple[Figure, ...] = ()


def live_of(room: Room, lesson: type[Lesson], **which: int) -> dict[int, Live]:
    """What was played at each step; ``which`` may name one. A query, and one for each link."""
    steps = lesson.all_steps()
    found = {run.step: _live(run, steps[run.step]) for run in room.runs.filter(**which)}
    return {step: live for step, live in found.items() if live}


def is_of(step: Step, played: Mapping[str, Any]) -> bool:
    """Whether it is what the step plays: its claim, attack or pair, or a cell of the lab."""
    if step.run is None:
        return False
    if "link" in played:
        kept = linked(played["link"])
        return kept is not None and _is_from(kept, step.run)
    pair = [one["strategy"] for one in played["lanes"]]
    asked = parse_qs(urlsplit(step.run.path).query)
    return [[slug] for slug in pair] == [asked.get(side) for side in ("left", "right")]


def _is_from(kept: Kept, run: Run) -> bool:
    match kept:
        case ClaimRun():
            return run.path == f"/claims/{kept.claim}/"
        case AttackPlay():
            return run.path == f"/attacks/{kept.attack}/"
    return run.path.startswith("/lab/")


def _live(run: LessonRun, step: Step) -> Live | None:
    if "lanes" in run.played:
        if not is_of(step, run.played):
            return None  # the lesson is another one since
        path = step.run.url if step.run else ""
        return Live(figures=tuple(_of_lanes(run.played["lanes"], _here(run.made), path)))
    match linked(run.played["link"]):
        case ClaimRun() as kept if _tells(kept):
            return Live(claim=kept)
        case AttackPlay() as kept if kept.attack in attacks:
            return Live(figures=tuple(_of_attack(kept)))
        case LabRun() as kept if kept.strategy in strategies and kept.event in events:
            return Live(figures=tuple(_of_cell(kept)))
    return None


def _tells(kept: ClaimRun) -> bool:
    """Whether it came out at all: on a busy laptop it may not."""
    return Verdict.from_json(kept.played["verdict"]).kind is not Kind.UNDECIDED


def _here(made: datetime) -> Source:
    return Source.on(machine(), made, own_database())


def _of_lanes(lanes: Lanes, source: Source, path: str) -> Iterator[Figure]:
    """What the first page showed of a pair."""
    for lane in lanes:
        title, samples = strategies[lane["strategy"]].title, lane["samples"]
        rows = {
            "for each request": queries(lane["queries"]),
            "sent with each request": f"{lane['bytes']} bytes",
            f"median of {len(samples)} requests": milliseconds(median(samples)),
        }
        if lane["thief"] is not None:
            rows["the thief’s copy after the log-out"] = "got in" if lane["thief"] else "refused"
        for label, value in rows.items():
            yield Figure(f"{title}, {label}", value, source, path)


def _of_attack(kept: AttackPlay) -> Iterator[Figure]:
    """The cells that were played."""
    result = attacks[kept.attack]().result(kept, kept.seen())
    source = Source(kept.browser, kept.created)
    for row in result.rows:
        for column, cell in zip(result.columns, row.cells, strict=True):
            if cell.went_well is not None:
                label = f"{row.title}: {column}"
                yield Figure(label, cell.words, source, kept.get_absolute_url())


def _of_cell(kept: LabRun) -> Iterator[Figure]:
    text, title = describe(kept.report), strategies[kept.strategy].title
    source, path = _here(kept.created), kept.get_absolute_url()
    after = f"{title}, {events[kept.event].title}: the thief’s copy"
    yield Figure(after, f"{text.word} {text.detail}".strip(), source, path)
    asked = queries(kept.report["sql_per_request"])
    yield Figure(f"{title}, for each request", asked, source, path)


def told(kept: Kept) -> str:
    """What it is, and what came of it, in a line; empty where the site no longer knows it."""
    match kept:
        case LabRun() if kept.strategy in strategies and kept.event in events:
            text = describe(kept.report)
            came = f"the thief’s copy: {text.word} {text.detail}".strip()
            return f"{strategies[kept.strategy].title}, {events[kept.event].title}: {came}"
        case ClaimRun() if kept.claim in claims:
            verdict = Verdict.from_json(kept.played["verdict"])
            return f"“{claims[kept.claim].said}” {verdict.kind.words}: {verdict.words}"
        case AttackPlay() if kept.attack in attacks:
            result = attacks[kept.attack]().result(kept, kept.seen())
            return f"{attacks[kept.attack].title}: {result.sentence}"
    return ""
