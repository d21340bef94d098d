"""Settings for production are safe, and refuse to start where they could not be."""

import hashlib
import json
import os
import re
import runpy
import secrets
import stat
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import ConnectionHandler
from django.test import override_settings

from accounts.management.commands import demo
from accounts.tokens.keys import Key
from accounts.tokens.realm import site_realm
from authdemo import settings as site

KEY = secrets.token_urlsafe(64)
PRODUCTION = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "example.org"}

production = pytest.mark.xdist_group("production")  # one server, asked once
ANSWER = """
import json
import sys
import django
django.setup()
from django.conf import settings
from django.test import Client
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING", stdout=sys.stderr)
call_command("migrate", verbosity=0)
from accounts.models import User
User.objects.create_user("alice", password="a horse walks into a bar")
client = Client(SERVER_NAME="example.org")
plain = client.get("/login/")
programs = [
    client.get("/api/me/", headers={"Authorization": "Bearer x"}),
    client.post("/api/token/", {}, content_type="application/json"),
    client.post("/oauth/revoke/", {}),
]
form = {"username": "alice", "password": "a horse walks into a bar"}
client.get("/login/", secure=True)
client.post("/login/", form, secure=True)
lab = client.post("/api/lab/users/", {}, content_type="application/json", secure=True).json()
client.post("/api/lab/session-db/login/", lab, content_type="application/json", secure=True)
me = client.get("/api/me/", secure=True)
print(json.dumps({
    "plain": [plain.status_code, plain["Location"]],
    "docs": client.get("/api/docs/").status_code,
    "programs": [[each.status_code, list(each.json().values())] for each in programs],
    "me": [me.status_code, me.json().get("username")],
    "hsts": me.headers.get("Strict-Transport-Security"),
    "timing": me.headers.get("Server-Timing"),
    "stranger": Client(SERVER_NAME="mallory.example").get("/login/", secure=True).status_code,
    "cookies": {
        name: {"secure": bool(c["secure"]), "path": c["path"], "domain": c["domain"]}
        for name, c in client.cookies.items()
    },
}))
"""


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter with nothing set but this."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={**kept, "DJANGO_SETTINGS_MODULE": "authdemo.settings", **environment},
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )


def read(environment: dict[str, str], *, is_server: bool) -> dict[str, Any]:
    """The settings, as a process with this environment alone reads them."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with pytest.MonkeyPatch.context() as modules, patch.dict(os.environ, clear=True):
        os.environ |= kept | environment
        for name in ("authdemo.wsgi", "authdemo.asgi"):
            modules.delitem(sys.modules, name, raising=False)
        if is_server:
            modules.setitem(sys.modules, "authdemo.wsgi", sys)
        return runpy.run_path(site.__file__)


def chosen(**environment: str) -> dict[str, Any]:
    """The settings of a server."""
    return read(environment, is_server=True)


def refused(**environment: str) -> str:
    """What is printed of an environment that will not do; the reason is one line."""
    with pytest.raises(ImproperlyConfigured) as caught:
        chosen(**environment)
    assert "\n" not in str(caught.value)
    return "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("demo", [{}, {"DEMO": "0"}, {"DEMO": ""}, {"DEMO": "false"}], ids=str)
def test_production_without_a_key_does_not_start(demo: dict[str, str]) -> None:
    last = refused(**demo).splitlines()[-1]
    assert "SECRET_KEY is not set" in last
    assert "DEMO=1" in last


def test_a_command_without_a_key_says_so_in_one_line() -> None:
    done = python("manage.py", "check")
    assert done.returncode != 0
    assert done.stderr.startswith("SECRET_KEY is not set")
    assert done.stderr.count("\n") == 1


def test_a_web_server_without_a_key_does_not_start_either() -> None:
    done = python("-c", "import authdemo.wsgi")
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


@pytest.mark.parametrize(
    "url",
    ["nonsense://x", "mysql://ada:secret@host/name", "postgres://ada:sec/ret@host/name"],
)
def test_a_database_address_that_means_nothing_is_told_in_one_line(url: str) -> None:
    said = refused(DATABASE_URL=url, **PRODUCTION)
    assert "DATABASE_URL is not understood" in said.splitlines()[-1]
    assert "sec" not in said


def database(**environment: str) -> dict[str, Any]:
    """The database's settings of a server with this environment."""
    found: dict[str, Any] = chosen(**PRODUCTION, **environment)["DATABASES"]
    return dict(found["default"])


def options(**environment: str) -> dict[str, Any]:
    """How a server with this environment opens its database."""
    return dict(database(**environment)["OPTIONS"])


@pytest.mark.parametrize("folder", ["/tmp/a #1? x", "/tmp/a%20%231%3F%20x"])  # noqa: S108
def test_a_folder_of_a_database_may_have_any_name(folder: str) -> None:
    assert database(DATABASE_URL=f"sqlite:///{folder}/db")["NAME"] == "/tmp/a #1? x/db"  # noqa: S108


POSTGRES = {"DATABASE_URL": "postgres://ada@host/name"}


def test_a_server_waits_for_postgresql_within_bounds() -> None:
    found = options(**POSTGRES)
    assert found["connect_timeout"] == 2
    assert found["options"] == "-c statement_timeout=2500 -c lock_timeout=2000"
    assert (found["answer_timeout"], found["tcp_user_timeout"]) == (3.0, 3000)


def test_how_long_it_waits_for_a_host_that_is_gone_is_a_setting() -> None:
    found = options(**POSTGRES, DATABASE_TCP_TIMEOUT="1.5", DATABASE_TCP_IDLE="60")
    bounds = ("tcp_user_timeout", "keepalives_idle", "keepalives_interval")
    assert [found[bound] for bound in bounds] == [1500, 60, 2]


def test_a_server_waits_for_a_lock_of_sqlite_within_the_same_bounds() -> None:
    file = {"DATABASE_URL": "sqlite:////tmp/db"}
    limits = {"DATABASE_LOCK_TIMEOUT": "1", "DATABASE_STATEMENT_TIMEOUT": "1"}
    assert options(**file)["timeout"] == 4.5
    assert options(**file, **limits)["timeout"] == 2.0
    assert options(**file, DEMO="1")["timeout"] == 20.0  # a class of forty
    of_a_command = read(PRODUCTION | file, is_server=False)["DATABASES"]["default"]
    assert of_a_command["OPTIONS"]["timeout"] == 20


def test_the_file_of_a_database_becomes_its_owners_alone(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("db", "db-wal", "db-shm")]
    for file in files:
        file.touch(0o644)
    handler = ConnectionHandler({"default": database(DATABASE_URL=f"sqlite:///{files[0]}")})
    wrapper = handler["default"]
    wrapper.get_new_connection(wrapper.get_connection_params()).close()
    assert {stat.S_IMODE(file.stat().st_mode) for file in files if file.exists()} == {0o600}


def test_a_class_of_forty_may_wait_for_its_log_ins_in_one_process_of_a_demo() -> None:
    line = chosen(**PRODUCTION, WEB_THREADS=str(demo._THREADS))["HASH_LINE"]
    assert 40 <= line < demo._THREADS


def test_behind_a_pooler_nothing_is_prepared_and_no_option_is_sent() -> None:
    found = options(**POSTGRES, DATABASE_POOLER="1")
    assert found["prepare_threshold"] is None
    assert "options" not in found


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a server with production settings answers."""
    database = tmp_path_factory.mktemp("production") / "db.sqlite3"
    mine = {"DATABASE_URL": f"sqlite:///{database}", "STATIC_ROOT": str(settings.STATIC_ROOT)}
    done = python("-W", "ignore", "-c", ANSWER, **mine, **PRODUCTION)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@production
def test_plain_http_is_sent_to_https(answer: dict[str, Any]) -> None:
    assert answer["plain"] == [301, "https://example.org/login/"]
    seconds, *more = answer["hsts"].split("; ")
    assert int(seconds.removeprefix("max-age=")) >= 365 * 24 * 3600
    assert more == ["includeSubDomains", "preload"]


@production
def test_a_program_that_sends_in_the_clear_is_told_instead_of_sent_on(
    answer: dict[str, Any],
) -> None:
    assert answer["programs"] == [
        *[[403, ["Use https, not http", "https_required"]]] * 2,
        [400, ["invalid_request", "Use https, not http"]],
    ]
    assert answer["docs"] == 301


@production
def test_every_cookie_is_secure_and_bound_to_this_host(answer: dict[str, Any]) -> None:
    cookies = answer["cookies"]
    by_path = "__Secure-lab-session-db"
    names = ("session", "csrftoken", "messages", "lab_visitor")
    assert set(cookies) == {by_path, *(f"__Host-{name}" for name in names)}
    for name, cookie in cookies.items():
        assert cookie["secure"], name
        assert not cookie["domain"], name
        assert cookie["path"] == "/" or name == by_path
    assert cookies["__Secure-lab-session-db"]["path"] == "/api/lab/session-db/"


@production
def test_its_own_cookie_works(answer: dict[str, Any]) -> None:
    assert answer["me"] == [200, "alice"]


@production
def test_it_traces_nothing(answer: dict[str, Any]) -> None:
    assert answer["timing"] is None


@production
def test_another_host_is_refused(answer: dict[str, Any]) -> None:
    assert answer["stranger"] == 400


KEY_SETTINGS = ("SECRET_KEY", "JWT_ALGORITHM", "JWT_SIGNING_KEY", "JWT_RETIRED_KEYS")


def key_ids(**environment: str) -> list[str]:
    """Those of the site's keys, the signing one first."""
    found = chosen(**PRODUCTION, **environment)
    with override_settings(**{name: found[name] for name in KEY_SETTINGS}):
        return [key.kid for key in site_realm().keyring]


def pem_of(key: ed25519.Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_keys_come_from_files_and_from_the_environment(tmp_path: Path) -> None:
    """Three keys: one in a file, one in the environment, one there on a single line."""
    pems = [pem_of(ed25519.Ed25519PrivateKey.generate()) for _ in range(3)]
    (tmp_path / "new.pem").write_text(pems[0])
    one_line = pems[2].replace("\n", r"\n")
    found = key_ids(
        JWT_ALGORITHM="EdDSA",
        JWT_SIGNING_KEY_FILE=str(tmp_path / "new.pem"),
        JWT_RETIRED_KEYS=f"{pems[1]},{one_line}",
    )
    assert found == [Key.from_pem(pem.encode()).kid for pem in pems]


def test_a_secret_in_a_file_is_the_one_in_the_environment(tmp_path: Path) -> None:
    secret = secrets.token_urlsafe(64)
    (tmp_path / "secret").write_text(f"{secret}\n")
    by_file = key_ids(JWT_SIGNING_KEY_FILE=str(tmp_path / "secret"))
    assert by_file == key_ids(JWT_SIGNING_KEY=secret) != key_ids()


def test_a_key_file_that_is_not_there_is_told_in_one_line() -> None:
    said = refused(**PRODUCTION, JWT_SIGNING_KEY_FILE="/no/such.pem")
    assert "The key file /no/such.pem cannot be read" in said.splitlines()[-1]


def test_the_lines_for_operators_make_the_secret_of_a_resource_server() -> None:
    text = (settings.BASE_DIR / "authdemo" / "README.md").read_text()
    [lines] = re.findall(r"^```sh\n(SECRET=.*?)^```$", text, re.DOTALL | re.MULTILINE)
    ran = subprocess.run(
        ["/bin/sh", "-eu"], input=lines, capture_output=True, text=True, check=True
    )
    secret, variable = (line.split(maxsplit=1)[-1] for line in ran.stdout.splitlines())
    name, _, value = variable.partition("=")
    found = chosen(DEMO="1", **{name: value})["RESOURCE_SERVERS"]
    assert found == {"reports": hashlib.sha256(secret.encode()).hexdigest()}


@pytest.mark.parametrize("value", ["reports", "reports:secret", f":{'0' * 64}"])
def test_a_resource_server_without_a_digest_is_told_in_one_line(value: str) -> None:
    said = refused(DEMO="1", RESOURCE_SERVERS=value)
    assert "RESOURCE_SERVERS is not understood" in said.splitlines()[-1]


def test_the_demo_needs_no_https_and_is_no_debug_mode() -> None:
    found = chosen(DEMO="1")
    names = ("DEMO", "SESSION_COOKIE_SECURE", "DEBUG")
    assert [found[name] for name in names] == [True, False, False]


def test_a_key_that_was_rotated_away_still_verifies() -> None:
    found = chosen(DEMO="1", SECRET_KEY_FALLBACKS="older,oldest")
    assert found["SECRET_KEY_FALLBACKS"] == ["older", "oldest"]


def test_every_variable_that_is_read_is_told() -> None:
    read = set(re.findall(r'(?:env\.\w+|_key)\(\s*"(\w+)"', Path(site.__file__).read_text()))
    assert {"SECRET_KEY", "JWT_SIGNING_KEY", "DATABASE_URL"} <= read
    assert not {name for name in read if f"``{name}``" not in (site.__doc__ or "")}


def test_a_limit_is_read_from_the_environment() -> None:
    names = [f"LIMIT_{name.upper().replace('-', '_')}" for name in site.LIMITS]
    found = chosen(**dict.fromkeys(names, "7/11"), **PRODUCTION)["LIMITS"]
    assert set(found.values()) == {(7, 11)}


@pytest.mark.parametrize("value", ["many", "5", "5/0", "-1/60", "5/1h"])
def test_a_limit_that_is_none_is_told_in_one_line(value: str) -> None:
    told = f"LIMIT_SIGN_UP={value} is not understood: use attempts per seconds, like 1000/3600."
    assert told in refused(LIMIT_SIGN_UP=value, **PRODUCTION).splitlines()[-1]


def test_every_limit_is_named_once_for_operators() -> None:
    page = (settings.BASE_DIR / "authdemo/README.md").read_text()
    told = re.findall(r"`(LIMIT_\w+)[`=]", page)
    assert sorted(told) == sorted(f"LIMIT_{name.upper().replace('-', '_')}" for name in site.LIMITS)


def test_no_middleware_stands_outside_the_safe_headers() -> None:
    assert settings.MIDDLEWARE[0] == "accounts.middleware.headers.SafeHeaders"
    guard = settings.MIDDLEWARE.index("accounts.middleware.guard.RequestGuard")
    for name in settings.MIDDLEWARE:
        if "Session" in name or "Csrf" in name or "Login" in name:
            assert settings.MIDDLEWARE.index(name) > guard


def test_the_policy_allows_no_inline_code_and_no_other_host() -> None:
    for directive, sources in settings.SECURE_CSP.items():
        for source in sources:
            assert source in ("'none'", "'self'", "data:"), directive
    assert settings.SECURE_CSP["script-src"] == ["'self'"]
    assert settings.SECURE_CSP["style-src"] == ["'self'"]


def test_passwords_are_hashed_with_argon2() -> None:
    assert settings.PASSWORD_HASHERS[0] == "accounts.models.hashers.SiteHasher"
    assert make_password("x").startswith("argon2$argon2id$")
