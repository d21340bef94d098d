"""What the demo's processes find in their environment, and what it keeps between two starts."""

import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.management.base import CommandError

from accounts.demo.addresses import reachable_hosts


def demo_folder(folder: Path) -> Path:
    """Make the folder of the demo's databases and secret key, for its user only.

    Raises CommandError when it cannot be made or belongs to somebody else.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError(f"{folder} cannot be made: {error.strerror}.") from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise CommandError(f"{folder} belongs to another user: remove it, or start as that user.")
    return folder.resolve()


def demo_environment(
    *, database_url: str, secret_key: str, host: str, port: int, second_port: int
) -> dict[str, str]:
    """Environment variables for the child processes. What the caller has set already, stays."""
    hosts = ["127.0.0.1", "localhost", "[::1]", *reachable_hosts(host)]
    chosen = {
        "DATABASE_URL": database_url,
        "SECRET_KEY": secret_key,
        "ALLOWED_HOSTS": ",".join(dict.fromkeys(hosts)),
        "COOKIE_SUFFIX": f"-{port}",
        "ATTACKS_PORT": str(second_port),
    }
    return {**os.environ, **{k: v for k, v in chosen.items() if not os.environ.get(k)}, "DEMO": "1"}


def secret_key_kept_in(folder: Path) -> str:
    """A random key, made at the first start: logins and tokens then survive a restart."""
    file = folder / "secret-key"
    if not file.exists():
        # Written under another name first, so that a start cut short leaves no empty key behind.
        with NamedTemporaryFile("w", dir=folder, delete=False) as new:  # for its user only
            new.write(secrets.token_urlsafe(64))
        Path(new.name).rename(file)
    return file.read_text()
