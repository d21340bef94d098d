"""The choosers of the pages: the ways to carry a login, grouped by what the server looks up."""

from collections.abc import Iterable, Sequence

from accounts.lab.events.log_out import LogOut
from accounts.lab.scenario import expected
from accounts.strategies import Family, Lookup, Outcome, Strategy, strategies

Strategies = Sequence[type[Strategy]]

MARK = "✓"  # what it marks is said beside the chooser


def grouped(
    shown: Iterable[type[Strategy]] = strategies, *, first: Family | None = None
) -> list[tuple[str, Strategies]]:
    """`[("Look up nothing", […])]`; in each group those of the family ``first`` come first."""
    ordered = sorted(shown, key=lambda strategy: strategy.family is not first)
    groups = ((each.value, [one for one in ordered if one.lookup is each]) for each in Lookup)
    return [(title, found) for title, found in groups if found]


def stops_the_thief(strategy: type[Strategy]) -> bool:
    """Whether a copy is refused as soon as its owner has logged out: declared, and held by a test.

    Not to be shown where visitors are asked to guess it.
    """
    return expected(strategy, LogOut).thief is Outcome.REFUSED


def marked(strategy: type[Strategy]) -> str:
    """A strategy in a chooser: ``✓ JWT + blacklist`` where a log-out stops the thief."""
    return f"{MARK} {strategy.title}" if stops_the_thief(strategy) else strategy.title


def marked_choices(shown: Iterable[type[Strategy]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Them for a form's field, those that stop the thief at log-out marked."""
    return [(title, [(one.slug, marked(one)) for one in found]) for title, found in grouped(shown)]
