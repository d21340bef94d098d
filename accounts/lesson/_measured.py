"""The figures of the reveals: of the newest benchmark, the matrix, the claims, the attacks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.urls import reverse

from accounts.answer.facts import Facts, facts
from accounts.answer.opening import as_much
from accounts.answer.ranking import Candidate
from accounts.answer.sentences import milliseconds
from accounts.attacks.stage.recorded import Recorded, recorded_of
from accounts.claims import Measurement, Played, Result, queries, shipped, value
from accounts.lab.events import events
from accounts.lab.wording import describe
from accounts.lesson._base import Figure, Source
from accounts.models import ClaimRun
from accounts.strategies import strategies


class NotMeasured(LookupError):
    """A result that a reveal is made of is missing."""


@dataclass(frozen=True, slots=True)
class Ways:
    """What was measured of the ways to carry a login on one database."""

    facts: Facts

    @classmethod
    def on(cls, database: str) -> Self:
        """On a database.

        Raises:
            NotMeasured: it has no benchmark or no matrix.
        """
        if found := facts(database):
            return cls(found)
        raise NotMeasured(database)

    def way(self, slug: str) -> Candidate:
        """A way by its slug.

        Raises:
            NotMeasured: it is not among those measured.
        """
        try:
            return self.facts.candidate(slug)
        except KeyError:
            raise NotMeasured(slug) from None

    def queries(self, slug: str) -> Figure:
        """What a request asks the database."""
        way = self.way(slug)
        return self._benchmark(f"{way.title}, for each request", queries(way.request.queries))

    def cpu(self, slug: str) -> Figure:
        """The CPU time of a request: a median."""
        way = self.way(slug)
        return self._benchmark(
            f"{way.title}, CPU time of a request", milliseconds(way.request.cpu_us)
        )

    def sent(self, slug: str) -> Figure:
        """The bytes of the cookie or token that goes with each request."""
        way = self.way(slug)
        return self._benchmark(f"{way.title}, sent with each request", f"{way.bytes_sent} bytes")

    def stored(self, slug: str) -> Figure:
        """The rows that the server keeps for one login."""
        rows = self.rows(slug)
        words = f"{rows:.0f} row{'' if rows == 1 else 's'}"
        return self._benchmark(f"{self.way(slug).title}, stored for a login", words)

    def rows(self, slug: str) -> float:
        """The same as a number."""
        measured = {one["slug"]: one["stored"] for one in self.facts.benchmark["strategies"]}
        if stored := measured.get(slug):
            return stored["rows"]
        raise NotMeasured(slug)

    def as_much(self, slug: str, other: str) -> str:
        """The CPU time of one beside another: ``1.07 ± 0.03 times as much as …``."""
        return as_much(self.way(slug), self.way(other))

    def copy_after(self, event: str, slug: str) -> Figure:
        """What the thief's copy got after an event: ``refused at once``."""
        told = describe(self._report(event, slug))
        return self._matrix(
            f"{strategies[slug].title}, the thief’s copy",
            f"{told.word} {told.detail}".strip(),
            reverse("lab-event", args=[event]),
        )

    def stops_at_once(self, event: str, slug: str) -> bool:
        """Whether the copy was refused as soon as the event had happened."""
        report = self._report(event, slug)
        return bool(report["at_once"]) and describe(report).tone == "safe"

    def closed(self) -> list[str]:
        """The titles of the ways that let the thief in after no event that should end a login."""
        tones: dict[str, set[str]] = {}
        for (slug, event), report in self.facts.matrix.reports.items():
            if slug in strategies and event in events and not events[event].is_drill:
                tones.setdefault(slug, set()).add(describe(report).tone)
        return [
            strategies[slug].title
            for slug, found in tones.items()
            if not found & {"vulnerable", "broken"}
        ]

    def played(self) -> int:
        """How many ways the matrix has."""
        return len({slug for slug, _ in self.facts.matrix.reports if slug in strategies})

    def in_matrix(self, label: str, value: str) -> Figure:
        """A figure that was counted in the matrix."""
        return self._matrix(label, value, reverse("lab"))

    def asking_nothing(self) -> list[Candidate]:
        """The ways whose requests ask the database nothing."""
        candidates = self.facts.measurements.candidates
        return [one for one in candidates if not one.request.queries]

    def _report(self, event: str, slug: str) -> Mapping[str, Any]:
        if report := self.facts.matrix.reports.get((slug, event)):
            return report
        raise NotMeasured(slug)

    def _benchmark(self, label: str, value: str) -> Figure:
        benchmark = self.facts.benchmark
        source = Source.on(benchmark["machine"], self.facts.measured, self.facts.kind)
        return Figure(label, value, source, f"{reverse('benchmarks')}?result={self.facts.result}")

    def _matrix(self, label: str, value: str, path: str) -> Figure:
        matrix = self.facts.matrix
        return Figure(label, value, Source.on(matrix.machine, matrix.made, self.facts.kind), path)


@dataclass(frozen=True, slots=True)
class Experiment:
    """What came of a claim on one database, as it is shipped."""

    slug: str
    database: str
    result: Result
    #: where it can be read
    path: str

    @classmethod
    def of(cls, slug: str, database: str) -> Self:
        """The newest that is shipped.

        Raises:
            NotMeasured: the claim was not played on it.
        """
        if found := shipped(database).get(slug):
            path = f"{reverse('claim', args=[slug])}?on={database}#result"
            return cls(slug, database, found, path)
        raise NotMeasured(slug)

    @classmethod
    def live(cls, run: ClaimRun, database: str) -> Self:
        """One that was played here."""
        result = Result(run.created, Played.from_json(run.played))
        return cls(run.claim, database, result, run.get_absolute_url())

    @property
    def words(self) -> str:
        """The verdict, as the claim's page has it."""
        return self.result.played.verdict.words

    @property
    def tipping_point(self) -> str:
        """What the verdict depends on, in the page's words."""
        return self.result.played.verdict.tipping_point

    def one(self, name: str) -> Measurement:
        """A measurement by its name.

        Raises:
            NotMeasured: the result has none of that name.
        """
        for found in self.result.played.evidence.named(name):
            if found.name == name:
                return found
        raise NotMeasured(name)

    def number(self, name: str) -> str:
        """A median that is a count."""
        return f"{self.one(name).median:.0f}"

    def figure(self, name: str, label: str = "", words: str = "") -> Figure:
        """A measurement under its own title and group, or in other words."""
        found = self.one(name)
        return Figure(
            label or f"{found.title}: {found.group}",
            words or value(found),
            Source.on(self.result.played.machine, self.result.made, self.database),
            self.path,
        )


@dataclass(frozen=True, slots=True)
class Robbery:
    """A play of an attack that was recorded in a browser, against some defences."""

    play: Recorded

    @classmethod
    def of(cls, attack: str, *defences: str) -> Self:
        """The first browser's.

        Raises:
            NotMeasured: no browser's was recorded.
        """
        for play in recorded_of(attack):
            if tuple(play.defences) == defences:
                return cls(play)
        raise NotMeasured(attack)

    def titles(self, column: int, *, went_well: bool) -> list[str]:
        """The ways to keep a login for which a column ended well, or ill, for the owner."""
        rows = self.play.result.rows
        return [row.title for row in rows if row.cells[column].went_well is went_well]

    def cells(self, column: int, label: str) -> Iterator[Figure]:
        """A column of the table, a figure for each way to keep a login."""
        for row in self.play.result.rows:
            yield self.figure(f"{row.title}: {label}", row.cells[column].words)

    def figure(self, label: str, value: str) -> Figure:
        """One thing that was seen in that browser."""
        source = Source(self.play.browser, self.play.made)
        return Figure(label, value, source, reverse("attack", args=[self.play.attack]))
