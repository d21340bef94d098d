"""Ways to carry a login and to end it: one file each, of at most 60 lines.

What they share begins with an underscore: three family bases (``_django``, ``_simplejwt``,
``_strict``), the session engine of the site (``_engine``) and what they ask the database. Imports
``models``, ``tokens`` and ``tracing``. Read ``_base.py``, then any strategy, then its base.
"""

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

strategies: Registry[Strategy] = Registry("accounts.strategies", Strategy)  # type: ignore[type-abstract]

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
