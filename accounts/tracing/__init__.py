"""What the server does for a request, step by step. Imports nothing of ours.

``with step("verify signature", kind="crypto"):`` adds to the trace of the current request, or costs
next to nothing when there is none. SQL statements add themselves.
"""

from accounts.tracing.recorder import (
    Kind,
    Step,
    Trace,
    current_trace,
    step,
    tracing,
    untraced,
    wanted,
)
from accounts.tracing.redaction import mask, redact

__all__ = [
    "Kind",
    "Step",
    "Trace",
    "current_trace",
    "mask",
    "redact",
    "step",
    "tracing",
    "untraced",
    "wanted",
]
