"""From a clone to a site that serves: what the README says to type, and what is told on the way."""

import os
import re
import secrets
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.test.utils import override_settings

from accounts.management.commands.prepare import missing_step
from accounts.services.gunicorn import listen
from tests.cast import PASSWORD

pytestmark = pytest.mark.xdist_group("prepare")
COPIED = ["accounts", "authdemo", "templates", "static", "manage.py", "gunicorn.conf.py"]
KEY = secrets.token_urlsafe(64)
ADMINISTRATOR = f"""
set -a && . ./site.env
DJANGO_SUPERUSER_PASSWORD={PASSWORD!r} \\
    .venv/bin/python manage.py createsuperuser --noinput --username maja --email m@example.org
"""
README = (settings.BASE_DIR / "README.md").read_text()


def free_port() -> int:
    with listen("127.0.0.1", 0) as socket:
        return int(socket.getsockname()[1])


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in a folder whose name means something else in a URL, with its packages installed."""
    folder = tmp_path_factory.mktemp("a clone #1? 100%25")
    for name in COPIED:
        copy = shutil.copytree if (settings.BASE_DIR / name).is_dir() else shutil.copy
        copy(settings.BASE_DIR / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def environment(**more: str) -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | more


@contextmanager
def serving(clone: Path, script: str) -> Iterator[None]:
    """A shell that runs the lines in a clone; killed with all that it started."""
    process = subprocess.Popen(
        ["/bin/sh", "-eu", "-c", script],
        cwd=clone,
        env=environment(WEB_CONCURRENCY="1"),
        start_new_session=True,
    )
    try:
        yield
    finally:
        os.killpg(process.pid, 15)
        process.wait()


def answer(url: str, **headers: str) -> httpx.Response:
    """The first answer of a server that is starting."""
    end = time.monotonic() + 60
    while True:
        try:
            return httpx.get(url, headers={"Host": "example.org", **headers}, timeout=60)
        except httpx.ConnectError:
            assert time.monotonic() < end
            time.sleep(0.05)


def log_in(site: str, **headers: str) -> str:
    """Log in by the page, as a browser behind the proxy; whom the site then knows."""
    origin = {"Host": "example.org", "Origin": "https://example.org", **headers}
    page = answer(f"{site}/login/", **headers)
    [token] = re.findall(r'csrfmiddlewaretoken" value="(\w+)"', page.text)
    form = {"username": "maja", "password": PASSWORD, "csrfmiddlewaretoken": token}
    # Its cookies are for HTTPS alone, which the proxy speaks.
    cookie = {"Cookie": page.headers["Set-Cookie"].partition(";")[0]}
    done = httpx.post(f"{site}/login/", data=form, headers=origin | cookie, timeout=60)
    assert done.status_code == 302, done.text
    [session] = re.findall(r"__Host-session=[^;]+", done.headers["Set-Cookie"])
    return str(answer(f"{site}/api/me/", Cookie=session, **headers).json()["username"])


def test_the_readme_s_lines_give_a_site_behind_a_proxy(clone: Path) -> None:
    [script] = re.findall(
        r"^## Run it for real\n.*?^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE
    )
    port = str(free_port())
    for line, here in (
        ("python3 -m venv .venv\n", ""),
        (".venv/bin/python -m pip install --require-hashes -r requirements.lock\n", ""),
        (":8000", f":{port}"),
        # These were made from the same files: to collect them again would take half a minute.
        ("\nEND\n", f"\nSTATIC_ROOT={settings.STATIC_ROOT}\nEND\n"),
    ):
        assert line in script
        script = script.replace(line, here)
    https = {"X-Forwarded-Proto": "https"}
    with serving(clone, script):
        assert answer(f"http://127.0.0.1:{port}/login/").status_code == 301
        page = answer(f"http://127.0.0.1:{port}/login/", **https)
        assert page.status_code == 200
        [style] = re.findall(r'href="(/static/css/site\.\w+\.css)"', page.text)
        assert answer(f"http://127.0.0.1:{port}{style}", **https).status_code == 200
        assert answer(f"http://127.0.0.1:{port}/readyz", Host="10.0.0.1").status_code == 200
        subprocess.run(["/bin/sh", "-euc", ADMINISTRATOR], cwd=clone, env=environment(), check=True)
        assert log_in(f"http://127.0.0.1:{port}", **https) == "maja"
    assert stat.S_IMODE((clone / "site.env").stat().st_mode) == 0o600
    assert stat.S_IMODE((clone / "db.sqlite3").stat().st_mode) == 0o600


def failing(clone: Path, *command: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=clone,
        env=environment(**{"SECRET_KEY": KEY, "ALLOWED_HOSTS": "example.org"} | variables),
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert done.returncode not in (0, -9)
    assert "Traceback" not in done.stderr
    return done.stderr


def cached(url: str) -> dict[str, Any]:
    """The settings of a cache at an address."""
    return {"default": {"BACKEND": "accounts.tracing.cache.TracedRedisCache", "LOCATION": url}}


SERVE = ("-m", "gunicorn", "authdemo.wsgi", "--bind", "127.0.0.1:0", "--workers", "1")


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"DATABASE_URL": "sqlite:///empty.sqlite3"}, "The database lacks"),
        ({"TRUSTED_PROXIES": "10.0.0.0/8,proxy.local"}, "'proxy.local' is no address or network"),
    ],
    ids=str,
)
def test_a_missing_step_is_a_line_at_the_start(
    clone: Path, variables: dict[str, str], line: str
) -> None:
    (clone / "staticfiles").mkdir(exist_ok=True)
    (clone / "staticfiles" / "staticfiles.json").touch()
    assert line in failing(clone, *SERVE, **variables)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"STATIC_ROOT": "nowhere"}, "The static files are not collected in nowhere."),
        ({"CACHES": cached("rodis://:hunter2@127.0.0.1")}, "The cache cannot be used: Redis URL"),
        ({"CACHES": cached("redis://:hunter2@127.0.0.1:1")}, "The cache cannot be used: Error 111"),
    ],
    ids=str,
)
def test_what_is_missing_is_told_in_a_line_without_a_password(
    change: dict[str, Any], line: str
) -> None:
    with override_settings(**change):
        told = missing_step()
    assert told
    assert told.startswith(line)
    assert "\n" not in told
    assert "hunter2" not in told


@pytest.mark.parametrize(
    "key", ["short", "x" * 64, "django-insecure-" + KEY, "demo-only-" + KEY], ids=range(4)
)
def test_a_key_that_can_be_guessed_is_refused(clone: Path, key: str) -> None:
    assert failing(clone, "manage.py", "check", SECRET_KEY=key).count("\n") == 1


def test_runserver_works_in_a_fresh_clone_of_the_demo(clone: Path) -> None:
    port = str(free_port())
    variables = f"DEMO=1 DATABASE_URL=sqlite:///fresh.sqlite3 STATIC_ROOT={settings.STATIC_ROOT}"
    run = f"exec env {variables} {sys.executable} manage.py runserver --noreload {port}"
    with serving(clone, run):
        page = answer(f"http://127.0.0.1:{port}/login/", Host="localhost")
        assert page.status_code == 200
