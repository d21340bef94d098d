"""The TypeScript tools of the tests: a compiler, and a generator of clients, which npm fetches.

``python -m tests.typescript`` sees to it that they are there before the tests run. Where they can
not be had it says in a line what is left out; the test of that client then skips itself.
"""

import sys
from pathlib import Path

from accounts.management.npm import NpmTools

TOOLS = NpmTools(Path(__file__).parent / "api_clients", Path(sys.prefix) / "typescript")


def main() -> None:
    """Fetch them unless they are here; never a failure, for one test needs them."""
    if TOOLS.are_here():
        return
    print("Fetching TypeScript's tools for a test, 25 MB, once.", flush=True)  # noqa: T201
    if reason := TOOLS.fetch():
        print(f"The test of the TypeScript client is left out, for npm cannot fetch. ({reason})")  # noqa: T201


if __name__ == "__main__":
    main()
