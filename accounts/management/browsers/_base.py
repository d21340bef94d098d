"""What a browser has to be able to do to record attacks."""

from collections.abc import Callable
from dataclasses import dataclass

END = "/attacks/plays/"  # of the address that a walk ends at
TIMEOUT = 200  # seconds, for one walk
NO_TOOLS = "This needs the tools of the tests: run make lint once."


class BrowserError(RuntimeError):
    """The browser is not there, or did not come to the end; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Walker:
    """A browser that runs.

    ``walk`` opens an address of the theatre with cookies, storage and history of its own, and
    returns once the browser has come to the walk's end, by itself. It raises BrowserError.
    """

    #: with its version, like ``Chromium 156.0.8078.108``
    name: str
    walk: Callable[[str], None]
