"""What people say of sessions and JWTs, put to the test here: one file per claim.

May import what lies below pages, API and commands; these import from here, not from the modules.
Read ``_base.py`` first, then any claim; ``README.md`` tells how to add one. ``_play`` runs
experiments in a process (``_worker``) and a database of their own, ``_runs`` and ``_results`` keep
what came of them.
"""

from accounts.claims._base import Claim, Laboratory
from accounts.claims._evidence import (
    Evidence,
    Kind,
    Measurement,
    Played,
    Progress,
    Source,
    Verdict,
)
from accounts.claims._play import PlayError, play
from accounts.claims._results import Result, ship, shipped
from accounts.claims._runs import ClaimStream, run_keep
from accounts.claims._tables import amount, queries, tables, value
from accounts.claims._worker import work, write_lines
from accounts.registry import Registry

claims: Registry[Claim] = Registry("accounts.claims", Claim)  # type: ignore[type-abstract]

__all__ = [
    "Claim",
    "ClaimStream",
    "Evidence",
    "Kind",
    "Laboratory",
    "Measurement",
    "PlayError",
    "Played",
    "Progress",
    "Result",
    "Source",
    "Verdict",
    "amount",
    "claims",
    "play",
    "queries",
    "run_keep",
    "ship",
    "shipped",
    "tables",
    "value",
    "work",
    "write_lines",
]
