"""What an experiment yields: progress, measurements with their spread, and a verdict on them."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from statistics import median
from typing import Any, Self

from accounts.bench.difference import HIGH, LOW, Figure
from accounts.bench.result import is_loaded
from accounts.bench.statistics import percentile
from accounts.strategies import strategies


class Kind(StrEnum):
    """How a claim comes out. The first three can be guessed."""

    HOLDS = "holds"
    FAILS = "fails"
    DEPENDS = "depends"
    UNDECIDED = "undecided"

    @property
    def words(self) -> str:
        """As a reader sees it."""
        return _WORDS[self]

    @property
    def sign(self) -> str:
        """A sign that tells it apart without its colour."""
        return _SIGNS[self]


_WORDS = {
    Kind.HOLDS: "holds",
    Kind.FAILS: "does not hold",
    Kind.DEPENDS: "depends",
    Kind.UNDECIDED: "undecided",
}
_SIGNS = {Kind.HOLDS: "✓", Kind.FAILS: "✗", Kind.DEPENDS: "⇄", Kind.UNDECIDED: "?"}


@dataclass(frozen=True, slots=True)
class Source:
    """Who says so, when and where; ``says`` is what they say, in our words."""

    #: a person, an organisation or a thread
    author: str
    #: of publication; of a page that names none, when it was read
    year: str
    url: str
    says: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an experiment is: ``stage`` in a few words, ``done`` of ``total`` things."""

    stage: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured thing: the median of ``n`` samples; most lie between ``low`` and ``high``.

    ``name`` is what the verdict asks for it by. Those of one ``group`` are drawn side by side and
    have one ``unit``; ``family`` chooses the colour.
    """

    name: str
    group: str
    title: str
    unit: str
    n: int
    median: float
    low: float
    high: float
    family: str = ""

    @classmethod
    def from_samples(
        cls,
        name: str,
        samples: Sequence[float],
        *,
        group: str,
        title: str,
        unit: str,
        family: str = "",
    ) -> Self:
        """The summary of samples, of which there has to be one at least."""
        low, high = (round(percentile(samples, share), 4) for share in (LOW, HIGH))
        middle = round(median(samples), 4)
        return cls(name, group, title, unit, len(samples), middle, low, high, family)

    @classmethod
    def for_strategy(
        cls, name: str, slug: str, samples: Sequence[float], *, group: str, unit: str
    ) -> Self:
        """The same of a strategy, under its title and in its colour; ``slug`` ends the name."""
        strategy = strategies[slug]
        return cls.from_samples(
            f"{name}-{slug}",
            samples,
            group=group,
            title=strategy.title,
            unit=unit,
            family=strategy.family,
        )

    def differs_from(self, other: "Measurement") -> bool:
        """Whether the medians differ by more than chance makes of equal ones."""
        return self.figure.differs_from(other.figure)

    @property
    def figure(self) -> Figure:
        """The median, to compare it with another one."""
        return Figure.from_spread(asdict(self), self.n)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that an experiment measured. No credential is in it."""

    measurements: tuple[Measurement, ...]

    @classmethod
    def from_measurements(cls, measurements: Iterable[Measurement]) -> Self:
        """Evidence of measurements, in the order in which they are shown."""
        return cls(tuple(measurements))

    @classmethod
    def from_json(cls, content: Iterable[dict[str, Any]]) -> Self:
        """What ``as_json`` gave."""
        return cls(tuple(Measurement(**one) for one in content))

    def as_json(self) -> list[dict[str, Any]]:
        """For JSON."""
        return [asdict(one) for one in self.measurements]

    def __getitem__(self, name: str) -> Measurement:
        return next(one for one in self.measurements if one.name == name)

    def named(self, start: str) -> list[Measurement]:
        """Those whose names begin so."""
        return [one for one in self.measurements if one.name.startswith(start)]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it comes out here, in words, and by which limit; ``tipping_point`` where it depends."""

    kind: Kind
    words: str
    limit: str
    tipping_point: str = field(default="")

    def as_json(self) -> dict[str, str]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: dict[str, str]) -> Self:
        """What ``as_json`` gave."""
        return cls(**{**content, "kind": Kind(content["kind"])})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one claim, where. ``machine`` and ``versions`` are those of a benchmark."""

    claim: str
    evidence: Evidence
    verdict: Verdict
    database: str
    machine: dict[str, Any]
    versions: dict[str, str]
    seconds: float

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> Self:
        """What a worker, or a file of results, says of it."""
        evidence, verdict = Evidence.from_json(line["evidence"]), Verdict.from_json(line["verdict"])
        return cls(**{**line, "evidence": evidence, "verdict": verdict})

    @property
    def is_loaded(self) -> bool:
        """Whether other programs kept the machine busy, so that times say little."""
        return is_loaded(self.machine)

    def as_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "claim": self.claim,
            "evidence": self.evidence.as_json(),
            "verdict": self.verdict.as_json(),
            "database": self.database,
            "machine": self.machine,
            "versions": self.versions,
            "seconds": self.seconds,
        }
