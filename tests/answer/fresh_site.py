"""A fresh project with a way that was taken home, served over HTTP to be audited."""

import shutil
import socket
import subprocess
import sys
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from accounts.answer.takeaway import takeaway
from accounts.audit.profile import Profile, profile_read
from accounts.services import Program
from accounts.services.gunicorn import free_port
from accounts.strategies import strategies

FILES = Path(__file__).parent / "fresh"
SETTINGS = """
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody is asked how slow
REFRESH_GRACE = __import__("datetime").timedelta(0)  # nobody waits for it
DATABASES["default"] |= {
    "OPTIONS": {"init_command": "PRAGMA synchronous=OFF"},  # nor for the disk
    "TEST": {"MIGRATE": False},  # its migrations make the tables that are served
}
"""
BEARER = """
[credential]
access = "json:access"
refresh = "json:refresh"
send = "Authorization: Bearer {access}"
"""
COOKIE = """
[credential]
access = "cookie:sessionid"
[csrf]
from = "/csrf"
cookie = "csrftoken"
header = "X-CSRFToken"
"""
COMMON = """
[sign_up]
path = "/sign_up"
json = { name = "{username}", password = "{password}" }
credential = false
[log_in]
path = "/log_in"
json = { name = "{username}", password = "{password}" }
credential = false
[who]
path = "/me"
name = "name"
role = "role"
[log_out]
path = "/log_out"
[change_password]
path = "/password"
json = { new = "{new_password}" }
[hooks.disable_account]
path = "/staff"
json = { name = "{username}", active = false }
[hooks.take_role_away]
path = "/staff"
json = { name = "{username}", active = true }
"""
EVERYWHERE = """
[log_out_everywhere]
path = "/log_out_everywhere"
"""
REFRESH = """
[refresh]
path = "/refresh"
json = { refresh = "{refresh}" }
credential = false
"""


class FreshSite(Program):
    """``startproject``, the folder that was taken, and the few views that somebody adds."""

    def __init__(self, slug: str, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._port = free_port()
        self._strategy = strategies[slug]
        _install, start, _unzip, append, *self._managed = takeaway(slug).commands
        call_command(*start.split()[1:-1], folder)
        call_command("takeaway", slug, folder / "logins", stdout=StringIO())
        subprocess.run(append, shell=True, cwd=folder, check=True)  # noqa: S602
        with (folder / "mysite" / "settings.py").open("a") as own:
            own.write(SETTINGS)
        self._is_ours = (folder / "logins" / "api.py").exists()
        urls = "urls" if self._is_ours else "django_urls"
        shutil.copy(FILES / f"{urls}.py-tpl", folder / "mysite" / "urls.py")
        shutil.copy(FILES / "serve.py-tpl", folder / "serve.py")

    @property
    def profile(self) -> Profile:
        """How it is asked. Django has no log-out everywhere."""
        parts = [COOKIE if self._strategy.in_cookie else BEARER, COMMON]
        parts += [EVERYWHERE] if self._is_ours else []
        parts += [REFRESH] if self._strategy.refreshes else []
        return profile_read(f'title = "{self._strategy.title}"' + "".join(parts))

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return (self._folder / "log").read_text()

    def launch(self) -> "subprocess.Popen[bytes]":
        self.address = f"http://127.0.0.1:{self._port}"
        with (self._folder / "log").open("wb") as log:
            return self.child(
                [sys.executable, "serve.py", str(self._port), *self._managed],
                cwd=self._folder,
                env={"PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1"},  # nothing of this project
                stdout=log,
                stderr=log,
            )

    def ready(self) -> bool:
        """Whether it listens."""
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self._port)) == 0

    def problem(self) -> str:
        return self.log
