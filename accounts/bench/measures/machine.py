"""The machine and the software of a run."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil
from django.db import connection

from accounts import __version__
from accounts.bench.result import Machine

_GIB = 2**30
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
