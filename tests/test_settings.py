"""Settings for production are safe, and refuse to start where they could not be."""

import hashlib
import json
import os
import re
import secrets
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.management.commands import demo
from accounts.tokens.keys import Key
from authdemo import settings as site

KEY = secrets.token_urlsafe(64)
PRODUCTION = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "example.org"}

production = pytest.mark.xdist_group("production")  # one server, asked once
ANSWER = """
import json
import django
django.setup()
from django.conf import settings
from django.test import Client
from django.core.management import call_command
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


def test_the_deployment_check_has_nothing_to_say() -> None:
    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize("demo", [{}, {"DEMO": "0"}, {"DEMO": ""}, {"DEMO": "false"}], ids=str)
def test_production_without_a_key_does_not_start(demo: dict[str, str]) -> None:
    done = python("manage.py", "check", **demo)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "SECRET_KEY is not set" in last
    assert "DEMO=1" in last


def test_a_web_server_without_a_key_does_not_start_either() -> None:
    done = python("-c", "import authdemo.wsgi")
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


@pytest.mark.parametrize(
    "url",
    ["nonsense://x", "mysql://ada:secret@host/name", "postgres://ada:sec/ret@host/name"],
)
def test_a_database_address_that_means_nothing_is_told_in_one_line(url: str) -> None:
    done = python("manage.py", "check", DATABASE_URL=url, **PRODUCTION)
    assert done.returncode != 0
    assert "DATABASE_URL is not understood" in done.stderr.strip().splitlines()[-1]
    assert "sec" not in done.stderr


def printed(what: str, **environment: str) -> str:
    """A setting, as a server with this environment has it."""
    # To import the site as a server does takes seconds.
    serve = "import sys; sys.modules['authdemo.wsgi'] = sys"
    show = f"from django.conf import settings; print({what})"
    done = python("-c", f"{serve}; {show}", **PRODUCTION, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("folder", ["/tmp/a #1? x", "/tmp/a%20%231%3F%20x"])  # noqa: S108
def test_a_folder_of_a_database_may_have_any_name(folder: str) -> None:
    name = printed("settings.DATABASES['default']['NAME']", DATABASE_URL=f"sqlite:///{folder}/db")
    assert name == "/tmp/a #1? x/db"  # noqa: S108


def test_a_server_waits_for_postgresql_within_bounds() -> None:
    url = "postgres://ada@host/name"
    options = printed("settings.DATABASES['default']['OPTIONS']", DATABASE_URL=url)
    for bound in ("'connect_timeout': 2", "statement_timeout=2500", "lock_timeout=2000"):
        assert bound in options
    assert "'answer_timeout': 3.0" in options
    assert "'tcp_user_timeout': 3000" in options


def test_how_long_it_waits_for_a_host_that_is_gone_is_a_setting() -> None:
    chosen = {"DATABASE_TCP_TIMEOUT": "1.5", "DATABASE_TCP_IDLE": "60"}
    url = "postgres://ada@host/name"
    options = printed("settings.DATABASES['default']['OPTIONS']", DATABASE_URL=url, **chosen)
    for bound in ("'tcp_user_timeout': 1500", "'keepalives_idle': 60", "'keepalives_interval': 2"):
        assert bound in options


def test_a_server_waits_for_a_lock_of_sqlite_within_the_same_bounds() -> None:
    file = {"DATABASE_URL": "sqlite:////tmp/db"}
    show = "settings.DATABASES['default']['OPTIONS']['timeout']"
    assert printed(show, **file) == "4.5"
    assert printed(show, **file, DATABASE_LOCK_TIMEOUT="1", DATABASE_STATEMENT_TIMEOUT="1") == "2.0"
    assert printed(show, **file, DEMO="1") == "20.0"  # a class of forty
    command = f"from django.conf import settings; print({show})"
    assert python("-c", command, **PRODUCTION, **file).stdout == "20\n"


def test_the_file_of_a_database_becomes_its_owners_alone(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("db", "db-wal", "db-shm")]
    for file in files:
        file.touch(0o644)
    environment = {**PRODUCTION, "DATABASE_URL": f"sqlite:///{files[0]}"}
    assert python("manage.py", "showmigrations", "accounts", **environment).returncode == 0
    assert {stat.S_IMODE(file.stat().st_mode) for file in files if file.exists()} == {0o600}


def test_a_class_of_forty_may_wait_for_its_log_ins_in_one_process_of_a_demo() -> None:
    line = printed("settings.HASH_LINE", WEB_THREADS=str(demo._THREADS))
    assert 40 <= int(line) < demo._THREADS


def test_behind_a_pooler_nothing_is_prepared_and_no_option_is_sent() -> None:
    pooled = {"DATABASE_URL": "postgres://ada@host/name", "DATABASE_POOLER": "1"}
    options = printed("settings.DATABASES['default']['OPTIONS']", **pooled)
    assert "'prepare_threshold': None" in options
    assert "statement_timeout" not in options


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


PRINT_KEYS = (
    "from accounts.tokens.realm import site_realm;print(*(key.kid for key in site_realm().keyring))"
)


def pem_of(key: ed25519.Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def test_keys_come_from_files_and_from_the_environment(tmp_path: Path) -> None:
    """Three keys: one in a file, one in the environment, one there on a single line."""
    pems = [pem_of(ed25519.Ed25519PrivateKey.generate()) for _ in range(3)]
    (tmp_path / "new.pem").write_text(pems[0])
    one_line = pems[2].replace("\n", r"\n")
    done = python(
        *("-c", PRINT_KEYS),
        **PRODUCTION,
        JWT_ALGORITHM="EdDSA",
        JWT_SIGNING_KEY_FILE=str(tmp_path / "new.pem"),
        JWT_RETIRED_KEYS=f"{pems[1]},{one_line}",
    )
    assert done.stdout.split() == [Key.from_pem(pem.encode()).kid for pem in pems], done.stderr


def test_a_secret_in_a_file_is_the_one_in_the_environment(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(KEY + "\n")
    by_file = python("-c", PRINT_KEYS, **PRODUCTION, JWT_SIGNING_KEY_FILE=str(tmp_path / "secret"))
    by_name = python("-c", PRINT_KEYS, **PRODUCTION, JWT_SIGNING_KEY=KEY)
    assert by_file.stdout == by_name.stdout != ""


def test_a_key_file_that_is_not_there_is_told_in_one_line() -> None:
    done = python("manage.py", "check", **PRODUCTION, JWT_SIGNING_KEY_FILE="/no/such.pem")
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "The key file /no/such.pem cannot be read" in last


PRINT_RESOURCE_SERVERS = (
    "from django.conf import settings as s; import json; print(json.dumps(s.RESOURCE_SERVERS))"
)


def test_the_lines_for_operators_make_the_secret_of_a_resource_server() -> None:
    text = (settings.BASE_DIR / "authdemo" / "README.md").read_text()
    [lines] = re.findall(r"^```sh\n(SECRET=.*?)^```$", text, re.DOTALL | re.MULTILINE)
    ran = subprocess.run(
        ["/bin/sh", "-eu"], input=lines, capture_output=True, text=True, check=True
    )
    secret, variable = (line.split(maxsplit=1)[-1] for line in ran.stdout.splitlines())
    name, _, value = variable.partition("=")
    done = python("-c", PRINT_RESOURCE_SERVERS, DEMO="1", **{name: value})
    assert json.loads(done.stdout) == {"reports": hashlib.sha256(secret.encode()).hexdigest()}


@pytest.mark.parametrize("value", ["reports", "reports:secret", f":{'0' * 64}"])
def test_a_resource_server_without_a_digest_is_told_in_one_line(value: str) -> None:
    done = python("-c", PRINT_RESOURCE_SERVERS, DEMO="1", RESOURCE_SERVERS=value)
    assert done.returncode != 0
    assert "RESOURCE_SERVERS is not understood" in done.stderr.strip().splitlines()[-1]


def test_the_demo_needs_no_https_and_is_no_debug_mode() -> None:
    done = python(
        "-c",
        "from django.conf import settings as s; print(s.DEMO, s.SESSION_COOKIE_SECURE, s.DEBUG)",
        DEMO="1",
    )
    assert done.stdout.split() == ["True", "False", "False"]


def test_a_key_that_was_rotated_away_still_verifies() -> None:
    done = python(
        "-c",
        "from django.conf import settings as s; print(s.SECRET_KEY_FALLBACKS)",
        DEMO="1",
        SECRET_KEY_FALLBACKS="older,oldest",
    )
    assert done.stdout.strip() == "['older', 'oldest']"


def test_every_variable_that_is_read_is_told() -> None:
    read = set(re.findall(r'(?:env\.\w+|_key)\(\s*"(\w+)"', Path(site.__file__).read_text()))
    assert {"SECRET_KEY", "JWT_SIGNING_KEY", "DATABASE_URL"} <= read
    assert not {name for name in read if f"``{name}``" not in (site.__doc__ or "")}


def test_a_limit_is_read_from_the_environment() -> None:
    names = [f"LIMIT_{name.upper().replace('-', '_')}" for name in site.LIMITS]
    limits = "from authdemo.settings import LIMITS; print(set(LIMITS.values()))"
    done = python("-c", limits, **dict.fromkeys(names, "7/11"), **PRODUCTION)
    assert done.stdout == "{(7, 11)}\n", done.stderr


@pytest.mark.parametrize("value", ["many", "5", "5/0", "-1/60", "5/1h"])
def test_a_limit_that_is_none_is_told_in_one_line(value: str) -> None:
    done = python("manage.py", "check", LIMIT_SIGN_UP=value, **PRODUCTION)
    assert done.returncode != 0
    told = f"LIMIT_SIGN_UP={value} is not understood: use attempts per seconds, like 1000/3600."
    assert told in done.stderr.strip().splitlines()[-1]


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
