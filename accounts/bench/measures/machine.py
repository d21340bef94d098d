"""The machine and the software of a run."""

import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import psutil
from django.db import connection

from accounts import __version__
from accounts.bench.result import MAX_LOAD, Machine, is_loaded

_GIB = 2**30
MAX_WAIT = 300  # seconds
POLL = 15  # seconds: the load is that of the last minute
_PACKAGES = {
    "Django": "django",
    "Django REST framework": "djangorestframework",
    "simplejwt": "djangorestframework-simplejwt",
    "PyJWT": "pyjwt",
    "joserfc": "joserfc",
    "psycopg": "psycopg",
    "gunicorn": "gunicorn",
}


def machine() -> Machine:
    """The processor, the memory, the system, and how busy it was (load of the last minute)."""
    return {
        "cpu": _cpu(),
        "cores": len(psutil.Process().cpu_affinity()) if _is_linux() else psutil.cpu_count() or 1,
        "memory_gib": round(psutil.virtual_memory().total / _GIB, 1),
        "system": f"{platform.system()} {platform.release()}",
        "load": round(os.getloadavg()[0], 2),
    }


def quiet_wait(told: Callable[[str], None], *, seconds: float = MAX_WAIT) -> bool:
    """Wait until other programs leave room for a measurement; whether they do by then."""
    until = time.monotonic() + seconds
    while is_loaded(found := machine()):
        if time.monotonic() > until:
            return False
        told(
            f"The load of this machine is {found['load']}, and {MAX_LOAD * found['cores']:g} would "
            "be quiet enough to measure: waiting."
        )
        time.sleep(POLL)
    return True


def versions() -> dict[str, str]:
    """Versions of the packages that take part, and of the database."""
    number = ".".join(str(part) for part in connection.get_database_version())
    return {
        connection.display_name: number,
        "Python": platform.python_version(),
        **{title: version(package) for title, package in _PACKAGES.items()},
        "this site": __version__,
    }


def _is_linux() -> bool:
    return platform.system() == "Linux"


def _cpu() -> str:
    """The processor's model name; its architecture where the system does not tell."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()
