"""Ways to carry a login and to end it: one file each.

Read ``_base.py``, then any strategy.
"""

from accounts.registry import Registry
from accounts.strategies._base import Accepted, Credential, Family, Refused, StoredRow, Strategy
from accounts.strategies._expected import Expected, Other, Outcome

strategies: Registry[Strategy] = Registry("accounts.strategies", Strategy)  # type: ignore[type-abstract]

__all__ = [
    "Accepted",
    "Credential",
    "Expected",
    "Family",
    "Other",
    "Outcome",
    "Refused",
    "StoredRow",
    "Strategy",
    "strategies",
]
