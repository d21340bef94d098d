"""The libraries that people use: which, how each is set up, and a server of each for an audit.

Each runs in ``.peers``, a virtual environment that is not this project's and holds a Node, too.
"""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from accounts.audit.profile import Profile, profile_read
from accounts.services import Program
from accounts.services.gunicorn import free_port

FOLDER = Path(__file__).parent / "peers"
ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".peers"
# What a file imports of those beside it.
_OURS = re.compile(r"(?:^from |^import |\"\./)(_\w+)(?: |\.mjs\")", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Library:
    """One library in one configuration: a row of the table."""

    slug: str
    title: str
    framework: str
    #: the package whose version is told, and the file that serves it
    package: str
    server: str
    profile: str
    documentation: str
    environment: dict[str, str] = field(default_factory=dict)
    #: what its documentation promises or does not, in one sentence of ours
    promise: str = ""
    #: a test starts it for real
    in_ci: bool = False

    @property
    def is_node(self) -> bool:
        """Whether npm has it, not PyPI."""
        return self.server.endswith(".mjs")

    @property
    def source(self) -> str:
        """The server's file and those of ours that it imports: the settings in full."""
        files, text = [self.server], ""
        for name in files:
            own = (FOLDER / name).read_text()
            files += [f"{found}{Path(name).suffix}" for found in _OURS.findall(own)]
            text += own if not text else f"\n\n# ---- {name} ----\n\n{own}"
        return text

    def load_profile(self) -> Profile:
        """How it is asked."""
        return profile_read((FOLDER / f"{self.profile}.toml").read_text())


class PeerServer(Program):
    """A library's server on a free port of loopback, with a folder and a secret of its own.

    ``lifetime``: seconds that what a log-in gives is to live; 0: as long as it comes.
    """

    def __init__(self, library: Library, *, venv: Path = VENV, lifetime: int = 0) -> None:
        super().__init__()
        self._library = library
        self._lifetime = lifetime
        self._venv = venv
        self._secret = secrets.token_hex(32)
        self._data = Path(tempfile.mkdtemp(prefix="peer-"))
        self._log = (self._data / "log").open("ab")
        self._port = free_port()

    def launch(self) -> "subprocess.Popen[bytes]":
        self.address = f"http://127.0.0.1:{self._port}"
        program = self._venv / "bin" / ("node" if self._library.is_node else "python")
        return self.child(
            [program, FOLDER / self._library.server],
            env={
                "PATH": os.environ["PATH"],
                "PORT": str(self._port),
                "DATA": str(self._data),
                "SECRET": self._secret,
                "NODE_PATH": str(self._venv / "node_modules"),
                **self._library.environment,
                **({"LIFETIME": str(self._lifetime)} if self._lifetime else {}),
            },
            stdout=subprocess.DEVNULL,
            stderr=self._log,
        )

    def ready(self) -> bool:
        """Whether it listens."""
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self._port)) == 0

    def rotate(self, _username: str) -> None:
        """Start again under another secret."""
        self.stop()
        self._secret = secrets.token_hex(32)
        self.start()

    def problem(self) -> str:
        """Why it did not start: the last error that it told, or the last that it said."""
        lines = (self._data / "log").read_text(errors="replace").splitlines() or ["nothing"]
        told = next((line for line in reversed(lines) if "Error" in line), lines[-1])
        return f"{self._library.server} did not start: {told}"

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._log.close()
        shutil.rmtree(self._data, ignore_errors=True)


def is_installed(library: Library, *, venv: Path = VENV) -> bool:
    """Whether it can be served here; npm may have been out of reach."""
    if library.is_node:
        return (venv / "node_modules" / library.package).exists()
    return (venv / "bin" / "python").exists()


def version_of(library: Library, *, venv: Path = VENV) -> str:
    """The version that is installed."""
    if library.is_node:
        package = venv / "node_modules" / library.package / "package.json"
        return str(_json(package)["version"])
    code = f"import importlib.metadata as m; print(m.version({library.package!r}))"
    done = subprocess.run(
        [venv / "bin" / "python", "-c", code], capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


def _json(file: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads(file.read_text())
    return found


_DJANGO = "https://docs.djangoproject.com/en/5.2/topics/http/sessions/"
_SIMPLEJWT = "https://django-rest-framework-simplejwt.readthedocs.io/en/latest/"
_FASTAPI_USERS = (
    "https://fastapi-users.github.io/fastapi-users/latest/configuration/authentication/strategies/"
)

LIBRARIES = (
    Library(
        "django-db",
        "Django sessions: database",
        "Django",
        "Django",
        "django_sessions.py",
        "django_sessions",
        f"{_DJANGO}#using-database-backed-sessions",
        {"PEER_ENGINE": "db"},
        promise="Documented: a log-out invalidates the session’s record on the server.",
        in_ci=True,
    ),
    Library(
        "django-cached-db",
        "Django sessions: cached_db",
        "Django",
        "Django",
        "django_sessions.py",
        "django_sessions",
        f"{_DJANGO}#using-cached-sessions",
        {"PEER_ENGINE": "cached_db"},
        promise="Documented: a log-out invalidates the session’s record on the server. This is one "
        "process with one cache; the lab’s thief asks a second one, which has its own.",
    ),
    Library(
        "django-signed-cookies",
        "Django sessions: signed_cookies",
        "Django",
        "Django",
        "django_sessions.py",
        "django_sessions",
        f"{_DJANGO}#using-cookie-based-sessions",
        {"PEER_ENGINE": "signed_cookies"},
        promise="Documented: a log-out does not end a copied cookie.",
    ),
    Library(
        "drf-token",
        "TokenAuthentication",
        "Django REST framework",
        "djangorestframework",
        "drf_token.py",
        "drf_token",
        "https://www.django-rest-framework.org/api-guide/authentication/#tokenauthentication",
        promise="No log-out is documented; for tokens that expire knox is named.",
        in_ci=True,
    ),
    Library(
        "simplejwt",
        "simplejwt as it comes",
        "Django REST framework",
        "djangorestframework-simplejwt",
        "simplejwt.py",
        "simplejwt",
        f"{_SIMPLEJWT}getting_started.html",
        promise="No log-out is documented; the blacklist is an app to add, and is not here.",
        in_ci=True,
    ),
    Library(
        "simplejwt-all",
        "simplejwt, blacklist and every switch",
        "Django REST framework",
        "djangorestframework-simplejwt",
        "simplejwt.py",
        "simplejwt_all",
        f"{_SIMPLEJWT}settings.html",
        {"PEER_SWITCHES": "all"},
        promise="Documented: refresh tokens are blacklisted, the password is checked; no promise "
        "that a log-out ends access tokens.",
    ),
    Library(
        "knox",
        "django-rest-knox",
        "Django REST framework",
        "django-rest-knox",
        "rest_knox.py",
        "rest_knox",
        "https://jazzband.github.io/django-rest-knox/views/#logoutview",
        promise="Documented: a log-out deletes the token; a new password is not mentioned.",
        in_ci=True,
    ),
    Library(
        "flask-login",
        "Flask-Login",
        "Flask",
        "Flask-Login",
        "flask_sessions.py",
        "flask_sessions",
        "https://flask-login.readthedocs.io/en/latest/",
        promise="Documented: a log-out cleans up cookies; only another user id invalidates login "
        "sessions.",
        in_ci=True,
    ),
    Library(
        "flask-jwt-extended",
        "Flask-JWT-Extended, blocklist",
        "Flask",
        "Flask-JWT-Extended",
        "flask_jwt.py",
        "flask_jwt",
        "https://flask-jwt-extended.readthedocs.io/en/stable/blocklist_and_token_revoking.html",
        promise="Documented: a log-out has to revoke both tokens, one request for each.",
    ),
    Library(
        "dj-rest-auth",
        "dj-rest-auth, JWT in cookies",
        "Django REST framework",
        "dj-rest-auth",
        "dj_rest_auth_jwt.py",
        "dj_rest_auth_jwt",
        "https://dj-rest-auth.readthedocs.io/en/latest/getting-started/installation/",
        promise="Documented: a log-out blacklists a token where simplejwt’s blacklist app was "
        "added; here it was not.",
    ),
    Library(
        "allauth-session",
        "allauth headless, session token",
        "Django",
        "django-allauth",
        "allauth_headless.py",
        "allauth_session",
        "https://docs.allauth.org/en/latest/headless/token-strategies/session-tokens.html",
        {"PEER_STRATEGY": "session"},
        promise="Documented: the session token keeps track of the login; that page names no "
        "log-out.",
    ),
    Library(
        "allauth-jwt",
        "allauth headless, JWT",
        "Django",
        "django-allauth",
        "allauth_headless.py",
        "allauth_jwt",
        "https://docs.allauth.org/en/latest/headless/token-strategies/jwt-tokens.html",
        {"PEER_STRATEGY": "jwt"},
        promise="Documented: access tokens outlive a log-out unless state is kept.",
    ),
    Library(
        "allauth-jwt-stateful",
        "allauth headless, JWT with stateful validation",
        "Django",
        "django-allauth",
        "allauth_headless.py",
        "allauth_jwt",
        "https://docs.allauth.org/en/latest/headless/token-strategies/jwt-tokens.html",
        {"PEER_STRATEGY": "jwt", "PEER_STATEFUL": "1"},
        promise="Documented: with this switch a log-out ends the access token at once.",
    ),
    Library(
        "oauth-toolkit",
        "django-oauth-toolkit, password grant",
        "Django REST framework",
        "django-oauth-toolkit",
        "oauth_toolkit.py",
        "oauth_toolkit",
        "https://django-oauth-toolkit.readthedocs.io/en/latest/tutorial/tutorial_04.html",
        promise="Documented: a client can revoke its access token, for example at a log-out; "
        "refresh tokens end as the command cleartokens removes them.",
    ),
    Library(
        "fastapi-users-jwt",
        "fastapi-users, JWT",
        "FastAPI",
        "fastapi-users",
        "fastapi_users_example.py",
        "fastapi_users",
        f"{_FASTAPI_USERS}jwt/",
        {"PEER_STRATEGY": "jwt"},
        promise="Documented: a log-out does nothing, a JWT is valid until it expires.",
    ),
    Library(
        "fastapi-users-database",
        "fastapi-users, database",
        "FastAPI",
        "fastapi-users",
        "fastapi_users_example.py",
        "fastapi_users",
        f"{_FASTAPI_USERS}database/",
        {"PEER_STRATEGY": "database"},
        promise="Documented: a log-out deletes the token from the database.",
    ),
    Library(
        "starlette",
        "SessionMiddleware",
        "Starlette",
        "starlette",
        "starlette_sessions.py",
        "starlette_sessions",
        "https://www.starlette.dev/middleware/#sessionmiddleware",
        promise="Documented: the session is in the cookie, signed and readable.",
    ),
    Library(
        "express-session",
        "express-session, memory store",
        "Express",
        "express-session",
        "express_session.mjs",
        "express_session",
        "https://expressjs.com/en/resources/middleware/session.html",
        promise="Documented: the memory store is for developing, not for production.",
    ),
    Library(
        "cookie-session",
        "cookie-session",
        "Express",
        "cookie-session",
        "cookie_session.mjs",
        "cookie_session",
        "https://expressjs.com/en/resources/middleware/cookie-session.html",
        promise="Documented: it does not prevent a session from being replayed.",
    ),
    Library(
        "better-auth",
        "better-auth",
        "better-auth",
        "better-auth",
        "better_auth.mjs",
        "better_auth",
        "https://www.better-auth.com/docs/concepts/session-management",
        promise="Documented: a new password ends other sessions where the request asks for it; "
        "here it does not ask.",
    ),
    Library(
        "better-auth-cache",
        "better-auth with its cookie cache",
        "better-auth",
        "better-auth",
        "better_auth.mjs",
        "better_auth",
        "https://www.better-auth.com/docs/concepts/session-management",
        {"COOKIE_CACHE": "1"},
        promise="Documented: a revoked session may live on elsewhere until the cache expires, "
        "here for up to 5 min.",
    ),
)
