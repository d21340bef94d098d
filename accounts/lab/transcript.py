"""One exchange of a transcript: a request, its response and its trace, masked when recorded."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Who = Literal["A", "B", "thief", "staff"]


@dataclass(frozen=True, slots=True)
class Exchange:
    """Who asked what, what came back and what the server did for it.

    ``request`` has method, path, headers and body; ``response`` has status and body. No credential
    is in them: tokens, keys and passwords were masked before they were kept. What staff does
    (``who == "staff"``) is no request: method and path are empty, the status is None, and the trace
    shows the statements. ``at_ms`` counts from the start of the scenario.
    """

    who: Who
    title: str
    request: dict[str, Any]
    response: dict[str, Any]
    trace: dict[str, Any] | None = field(default=None)
    at_ms: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)
