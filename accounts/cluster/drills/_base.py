"""The contract of a drill: a promise, what happens, and whether the promise was kept."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from inspect import cleandoc
from typing import Any, ClassVar

from accounts.cluster.clients import OK, Device, Eye, lab_device, session_device, token_device
from accounts.cluster.control import Control
from accounts.cluster.parts import PARTS, SITES
from accounts.strategies import strategies

#: How it went for the owner of the login.
GOOD, BAD, NEUTRAL = "good", "bad", ""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, in words."""

    text: str
    tone: str = NEUTRAL


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with what it is of; ``unit`` is ``ms``, ``s`` or empty for a count."""

    label: str
    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when (milliseconds) a place gave one answer: a status, 0 for none."""

    begin: float
    end: float
    status: int
    count: int


@dataclass(frozen=True, slots=True)
class Track:
    """What one place answered over the time; the moment 0 is what the drill is about."""

    name: str
    spans: Sequence[Span]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a drill: whether its promise was kept, in words and in figures."""

    kept: bool
    words: str
    figures: Sequence[Figure] = ()
    tracks: Sequence[Track] = ()

    def as_json(self) -> dict[str, Any]:
        """For a page, a command or a file."""
        return asdict(self)


class Drill(ABC):
    """Something breaks. The docstring says what happens; the page prints it.

    A drill leaves the cluster as it found it, also where it fails.
    """

    #: Its address. ``replica-behind`` is the class ``ReplicaBehind`` in ``replica_behind.py``.
    slug: ClassVar[str]
    title: ClassVar[str]
    #: What is promised, as a sentence; the outcome says whether it was kept.
    promise: ClassVar[str]
    #: Parts without which it cannot be played.
    needs: ClassVar[Sequence[str]] = SITES
    #: Its place in the lists, the smallest first.
    order: ClassVar[int] = 1000
    #: Django's: a template that names a class would make an instance of it.
    do_not_call_in_templates: ClassVar[bool] = True

    @classmethod
    def explanation(cls) -> str:
        """The docstring, for the page; paragraphs are separated by blank lines."""
        return cleandoc(cls.__doc__ or "")

    @abstractmethod
    def run(self, stage: "Stage") -> Iterator[Line | Outcome]:
        """Play it; yields what happens, and the outcome last."""


@dataclass
class Stage:
    """What a drill is given: the cluster, logins in it, and options (``strategy``)."""

    control: Control
    options: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.addresses = {part["slug"]: part["address"] for part in self.control.state()}

    def missing(self, needs: Sequence[str]) -> list[str]:
        """The titles of those parts that are needed and do not run."""
        running = {part["slug"] for part in self.control.state() if part["running"]}
        return [PARTS.get(name, [name])[0] for name in needs if name not in running]

    def there(self, *parts: str) -> list[str]:
        """Those of the parts that have started."""
        return [part for part in parts if self.addresses[part]]

    def lab_device(self, slug: str, site: str = "site-1") -> Device:
        """A device that is logged in at a process under a strategy of the lab."""
        return lab_device(self.addresses[site], strategies[slug])

    def token_device(self, site: str = "site-1") -> Device:
        """A device with a token of the site itself."""
        return token_device(self.addresses[site], self.control.account())

    def session_device(self, site: str = "site-1") -> Device:
        """A device with a session of the site itself."""
        return session_device(self.addresses[site], self.control.account())

    def eye(self, part: str, device: Device) -> Eye:
        """An eye on a part that is sent a copy of what the device sends."""
        path = "/" if part in ("resource", "asker") else device.path
        return Eye(PARTS[part][0], self.addresses[part], path, device.headers)

    def ask(self, part: str, device: Device) -> int:
        """The status that a part answers a copy with."""
        return device.ask(self.addresses[part])

    @contextmanager
    def without(self, part: str, *, kill: bool = False) -> Iterator[None]:
        """The cluster without a part, while the block lasts; then it is started again."""
        (self.control.kill if kill else self.control.stop)(part)
        try:
            yield
        finally:
            self.control.start(part)

    @contextmanager
    def delayed(self, milliseconds: int) -> Iterator[None]:
        """The replica so far behind, while the block lasts."""
        self.control.delay(milliseconds)
        try:
            yield
        finally:
            self.control.delay(0)


def track_of(eye: Eye, moment: float, words: str = "", name: str = "") -> Track:
    """What an eye saw, seen from a moment, with equal answers in a row as one span.

    What was sent before the moment and let in is told of the time before it.
    """
    spans: list[Span] = []
    for sample in eye.samples:
        begin, end = (sample.sent - moment) * 1000, (sample.answered - moment) * 1000
        is_before = sample.status == OK and begin < 0
        if is_before:
            end = min(end, 0.0)
        last = spans[-1] if spans else None
        if last and last.status == sample.status and (is_before or not _is_before(last)):
            spans[-1] = Span(last.begin, end, last.status, last.count + 1)
        else:
            spans.append(Span(begin, end, sample.status, 1))
    return Track(name or eye.name, spans, words)


def _is_before(span: Span) -> bool:
    return span.status == OK and span.begin < 0


def accepted_for(eye: Eye, moment: float) -> float:
    """Milliseconds after a moment until the first refusal that no acceptance followed.

    0 where nothing that was sent after it was accepted.
    """
    accepted = eye.accepted_after(moment)
    if not accepted:
        return 0.0
    later = [each for each in eye.samples if each.sent > accepted[-1].sent and each.status != OK]
    return ((later[0].answered if later else accepted[-1].answered) - moment) * 1000


def milliseconds(value: float) -> str:
    """A time in words."""
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:.1f} s"  # noqa: PLR2004


def duration(seconds: float) -> str:
    """A time of minutes in words."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
