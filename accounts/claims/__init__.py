"""What people say of sessions and JWTs, put to the test here: one file per claim.

What they share begins with an underscore. Read ``_base.py``, then any claim; ``_play`` runs
experiments in a process and a database of their own, ``_runs`` keeps what came of them.
"""

from accounts.claims._base import Claim
from accounts.registry import Registry

claims: Registry[Claim] = Registry("accounts.claims", Claim)  # type: ignore[type-abstract]

__all__ = ["Claim", "claims"]
