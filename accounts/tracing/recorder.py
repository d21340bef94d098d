"""The trace of the current request: a context variable, a list of steps, a clock."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from time import perf_counter_ns
from typing import Any, Literal, Self

from accounts.tracing.redaction import redact

Kind = Literal["parse", "crypto", "sql", "cache", "hash", "note"]

_current: ContextVar["Trace | None"] = ContextVar("trace", default=None)
_wanted: ContextVar[bool] = ContextVar("trace wanted", default=False)


# Step names are constants of our code, so their redacted form is cached. Details vary, and are
# redacted on every call.
_label = lru_cache(maxsize=256)(redact)


@dataclass(slots=True)
class Step:
    """One thing the server did: times in nanoseconds, relative to the start of the request.

    As a context manager it ends when its block ends, also by an exception.
    """

    trace: "Trace" = field(repr=False)
    kind: Kind
    name: str
    detail: str = ""
    start: int = 0
    duration: int = 0
    rows: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.duration = perf_counter_ns() - self.trace.started - self.start

    def as_dict(self) -> dict[str, Any]:
        """For JSON; times in microseconds."""
        return {
            "kind": self.kind,
            "name": self.name,
            "detail": self.detail,
            "start_us": self.start / 1000,
            "duration_us": self.duration / 1000,
            "rows": self.rows,
        }


@dataclass(slots=True)
class Trace:
    """All steps of one request, in the order in which they began."""

    steps: list[Step] = field(default_factory=list)
    started: int = field(default_factory=perf_counter_ns)
    credential: dict[str, Any] = field(default_factory=lambda: {"carrier": "none"})

    def begin(self, kind: Kind, name: str, detail: str) -> Step:
        """Begin a step; its texts have to be redacted already."""
        began = Step(self, kind, name, detail, perf_counter_ns() - self.started)
        self.steps.append(began)
        return began

    def carried(self, *, carrier: str, name: str, masked: str, size: int) -> None:
        """Note how the credential came: never the credential itself. ``size`` in bytes."""
        self.credential = {"carrier": carrier, "name": name, "masked": masked, "bytes": size}

    @property
    def elapsed(self) -> int:
        """Nanoseconds since the request began."""
        return perf_counter_ns() - self.started

    def count(self, kind: Kind) -> int:
        """How many steps of one kind there were."""
        return sum(step.kind == kind for step in self.steps)

    def spent(self, kind: Kind) -> float:
        """Microseconds spent in one kind of step."""
        return sum(step.duration for step in self.steps if step.kind == kind) / 1000

    def tally(self) -> dict[str, float | int]:
        """The figures of the tally under a lane."""
        return {
            "sql": self.count("sql"),
            "sql_us": self.spent("sql"),
            "signatures": self.count("crypto"),
            "hashes": self.count("hash"),
            "cache": self.count("cache"),
        }

    def as_dict(self) -> dict[str, Any]:
        """For JSON; times in microseconds."""
        return {
            "credential": self.credential,
            "total_us": self.elapsed / 1000,
            "steps": [step.as_dict() for step in self.steps],
            "tally": self.tally(),
        }


_NOT_TRACED: AbstractContextManager[Step | None] = nullcontext()


def current_trace() -> Trace | None:
    """The trace of this request, if it is traced."""
    return _current.get()


def step(name: str, *, kind: Kind, detail: str = "") -> AbstractContextManager[Step | None]:
    """Time a block as one step of the current trace; without a trace, do nothing.

    Its texts are redacted before they are kept.
    """
    trace = _current.get()
    if trace is None:
        return _NOT_TRACED
    return trace.begin(kind, _label(name), redact(detail) if detail else "")


class tracing:  # noqa: N801 - a context manager, called like a function
    """Trace what happens in the block; traces nest without seeing each other's steps."""

    __slots__ = ("_token", "_trace")

    def __enter__(self) -> Trace:
        self._trace = Trace()
        self._token = _current.set(self._trace)
        return self._trace

    def __exit__(self, *exception: object) -> None:
        _current.reset(self._token)


@contextmanager
def untraced() -> Iterator[None]:
    """Leave the steps of the block and their time out of the trace: what a page asks for itself."""
    trace, began = _current.get(), perf_counter_ns()
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)
        if trace is not None:
            trace.started += perf_counter_ns() - began


def is_wanted() -> bool:
    """Whether somebody in this process asked for the traces of the requests it makes itself."""
    return _wanted.get()


@contextmanager
def wanted() -> Iterator[None]:
    """Trace the requests that the block makes, also while tracing is switched off."""
    token = _wanted.set(True)
    try:
        yield
    finally:
        _wanted.reset(token)
