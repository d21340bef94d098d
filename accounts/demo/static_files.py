"""Static files, collected again only when one of them has changed: compressing takes seconds."""

import fcntl
import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

UNUSED = ["redoc"]  # drf-spectacular's other page for the API, 12 MB


def static_files_collect() -> None:
    """Run ``collectstatic`` unless STATIC_ROOT was made from the very files that are there now."""
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two demos may start at once
        stamp = root / ".collected"
        state = static_files_state()
        if stamp.exists() and stamp.read_text() == state:
            return
        call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=UNUSED)
        stamp.write_text(state)


def static_files_state() -> str:
    """A digest of the paths, sizes and times of all static files."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(UNUSED):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
