"""Ways to carry a login and to end it: one file each, of at most 60 lines.

What they share begins with an underscore: three family bases (``_django``, ``_simplejwt``,
``_strict``), the session engine of the site (``_engine``) and what they ask the database. Imports
``models``, ``tokens`` and ``tracing``. Read ``_base.py``, then any strategy, then its base.
"""

from collections.abc import Iterator

from accounts.registry import Registry
from accounts.strategies._base import (
    Accepted,
    Credential,
    Expected,
    Family,
    Lookup,
    Other,
    Outcome,
    Refused,
    StoredRow,
    Strategy,
)


class Strategies(Registry[Strategy]):
    """Iterates those that run here. One that needs a cache which is not there is known by name."""

    def __iter__(self) -> Iterator[type[Strategy]]:
        return (strategy for strategy in self.all() if strategy.runs_here())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def all(self) -> Iterator[type[Strategy]]:
        """Those that do not run here, too."""
        return super().__iter__()


strategies = Strategies("accounts.strategies", Strategy)  # type: ignore[type-abstract]

__all__ = [
    "Accepted",
    "Credential",
    "Expected",
    "Family",
    "Lookup",
    "Other",
    "Outcome",
    "Refused",
    "StoredRow",
    "Strategy",
    "strategies",
]
