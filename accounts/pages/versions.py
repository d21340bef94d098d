"""The software that this server runs on, for the footer; read once per process."""

import platform
import subprocess
from functools import cache
from pathlib import Path

import django
from django.conf import settings
from django.db import DatabaseError, connection

from accounts import __version__


def versions() -> dict[str, str | None]:
    """``{"database", "django", "python", "version", "commit"}``; an unknown one is None."""
    return {"database": database(), **software()}


@cache
def software() -> dict[str, str | None]:
    """The versions of Django, Python and this project, and the commit it was checked out at."""
    return {
        "django": django.get_version(),
        "python": platform.python_version(),
        "version": __version__,
        "commit": commit(settings.BASE_DIR),
    }


def database() -> str | None:
    """``"PostgreSQL 16.2"``; None while it cannot be reached, so that a page still renders."""
    try:
        return _database()
    except DatabaseError:
        return None


@cache
def _database() -> str:
    number = ".".join(str(part) for part in connection.get_database_version())
    return f"{connection.display_name} {number}"


def commit(root: Path) -> str | None:
    """The short name of the commit checked out at ``root``; None for a copy without its history."""
    if not (root / ".git").exists():
        return None
    command = ["git", "-C", str(root), "rev-parse", "--short", "HEAD"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=5)
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
