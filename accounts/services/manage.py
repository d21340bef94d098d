"""``manage.py`` as a child with an environment of its own: settings read theirs only once."""

import subprocess
import sys
from collections.abc import Mapping

from accounts.services._base import ROOT

MANAGE = (sys.executable, str(ROOT / "manage.py"))


def manage(*arguments: str, environment: Mapping[str, str]) -> int:
    """Run a command to its end, on this terminal; returns its status."""
    return subprocess.run([*MANAGE, *arguments], env=environment, check=False).returncode
