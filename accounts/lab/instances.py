"""The instances of the strategies that judge requests: one per process, or one that is lent."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from django.core.signals import setting_changed
from django.dispatch import receiver

from accounts.strategies import Strategy, strategies
from accounts.tokens.realm import lab_realm

# One instance per process: state lives on it, and two must not be made at the same time.
_instances: dict[str, Strategy] = {}
_making = Lock()

# A second one, which stands for another server process: it shares nothing but the database.
_seconds: dict[str, Strategy] = {}

# Instances inherited through fork(). They own the parent's connections and threads; keep a
# reference so that the child neither uses nor closes them.
_inherited: list[dict[str, Strategy]] = []

_lent: ContextVar[dict[str, Strategy] | None] = ContextVar("lent", default=None)


def find_strategy(slug: str) -> Strategy | None:
    """The instance that judges requests here: the one in ``serving``, else this process's own.

    None if there is no such strategy.
    """
    lent = _lent.get()
    if lent is not None and slug in lent:
        return lent[slug]
    made = _instances.get(slug)
    if made is None and slug in strategies and strategies[slug].runs_here():
        return _make(slug, _instances)
    return made


def second_process(slug: str) -> Strategy:
    """The instance of a known strategy that stands for a second server process."""
    return _seconds.get(slug) or _make(slug, _seconds)


def is_lent(slug: str) -> bool:
    """Whether a scenario judges the requests of this context by an instance of its own."""
    return slug in (_lent.get() or {})


@contextmanager
def serving(instance: Strategy) -> Iterator[None]:
    """Judge the requests of this context by an instance with keys and clocks of its own.

    No request from outside can ask for it: it lives in a context variable of the caller.
    """
    token = _lent.set({**(_lent.get() or {}), instance.slug: instance})
    try:
        yield
    finally:
        _lent.reset(token)


def close_strategies() -> None:
    """Close this process's instances; they are made again when they are needed."""
    with _making:
        for made in (_instances, _seconds):
            while made:
                made.popitem()[1].close()


def _make(slug: str, made: dict[str, Strategy]) -> Strategy:
    with _making:
        if slug not in made:
            made[slug] = strategies[slug](lab_realm())
        return made[slug]


def _leave_to_parent() -> None:
    for made in (_instances, _seconds):
        _inherited.append(dict(made))
        made.clear()
    _making.release()


os.register_at_fork(
    before=_making.acquire, after_in_parent=_making.release, after_in_child=_leave_to_parent
)


@receiver(setting_changed)
def _make_again(**kwargs: object) -> None:
    close_strategies()
