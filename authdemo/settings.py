"""Settings, read from the environment. Safe by default: ``DEMO=1`` loosens what a laptop needs.

Environment: ``SECRET_KEY``, ``SECRET_KEY_FALLBACKS`` (comma separated), ``DATABASE_URL``,
``DATABASE_CONNECT_TIMEOUT``, ``DATABASE_STATEMENT_TIMEOUT`` and ``DATABASE_LOCK_TIMEOUT`` (in
seconds), ``DATABASE_TCP_TIMEOUT`` and ``DATABASE_TCP_IDLE`` (of PostgreSQL, in seconds),
``DATABASE_POOLER`` (one in transaction mode is between), ``CACHE_URL``, ``CLUSTER_CONTROL`` (the
socket of the cluster that a process is part of), ``ALLOWED_HOSTS``,
``CSRF_TRUSTED_ORIGINS`` and ``CORS_ALLOWED_ORIGINS`` (comma separated), ``DEMO``, ``TRACING``,
``ATTACKS``, ``ATTACKS_PORT``, ``WEB_THREADS``, ``HASH_WAIT``, ``TRUSTED_PROXIES`` (comma separated
addresses and networks, or ``unix`` for a Unix socket's peer), ``SCRIPT_NAME`` (a prefix of all
paths, like ``/demo``), ``COOKIE_SUFFIX`` (of one demo beside another), ``STATIC_ROOT`` (where
``collectstatic`` writes), ``JWT_ALGORITHM``, ``JWT_ISSUER``, ``JWT_SIGNING_KEY`` or
``JWT_SIGNING_KEY_FILE``, ``JWT_RETIRED_KEYS`` and ``JWT_RETIRED_KEY_FILES`` (comma separated keys
and paths), ``TOKEN_CLAIMS`` (comma separated ``name=path.of.function``), ``RESOURCE_SERVERS``
(comma separated ``name:digest``), and for each name in ``LIMITS`` below one like
``LIMIT_SIGN_UP=400/3600``: attempts per seconds.
"""

import ipaddress
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

DEMO: bool = env.bool("DEMO", default=False)
DEBUG = False
TRACING: bool = env.bool("TRACING", default=DEMO)
# A shop that is there to be robbed, at host names that only this machine's browsers find.
ATTACKS: bool = env.bool("ATTACKS", default=DEMO)
# A second port at which this server listens, if any: for a browser it is the same site.
ATTACKS_PORT: int = env.int("ATTACKS_PORT", default=0)

# A well-known key would let anybody sign cookies and tokens: only the demo may run without one.
SECRET_KEY: str = env.str("SECRET_KEY", default="demo-only-" + "x" * 50 if DEMO else "")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Set it to 50 or more random characters, "
        "or set DEMO=1 to try the demonstration on this machine."
    )
_MIN_SECRET_LENGTH, _MIN_SECRET_SIGNS = 50, 10
_IS_KNOWN = SECRET_KEY.startswith(("demo-only-", "django-insecure-"))
_IS_SHORT = len(SECRET_KEY) < _MIN_SECRET_LENGTH or len(set(SECRET_KEY)) < _MIN_SECRET_SIGNS
if not DEMO and (_IS_KNOWN or _IS_SHORT):
    raise ImproperlyConfigured(
        "SECRET_KEY is too short, too regular or published. Use 50 or more random characters: "
        "python -c 'import secrets; print(secrets.token_urlsafe(64))'"
    )

# What was signed or digested under these still holds: that is how the key is rotated.
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])

ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEMO else []
)
# Pages of these origins may send our forms, as where a tunnel shows the site under another name.
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

TRUSTED_PROXIES: list[str] = [each.strip() for each in env.list("TRUSTED_PROXIES", default=[])]
for _proxy in TRUSTED_PROXIES:
    try:
        _proxy == "unix" or ipaddress.ip_network(_proxy, strict=False)
    except ValueError:
        raise ImproperlyConfigured(
            f"TRUSTED_PROXIES: {_proxy!r} is no address or network like 10.0.0.0/8, nor unix."
        ) from None

# Where the site is below its host, like /demo: a proxy passes on the path with it or without.
FORCE_SCRIPT_NAME: str | None = (
    f"/{env.str('SCRIPT_NAME', default='').strip('/')}".rstrip("/") or None
)

INSTALLED_APPS = [
    "accounts.apps.AccountsConfig",
    "accounts.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "accounts.middleware.headers.SafeHeaders",
    "accounts.middleware.health.Health",
    "accounts.middleware.proxies.Proxies",
    "accounts.attacks.stage.fence.Fence",
    "accounts.middleware.cors.Cors",
    "accounts.tracing.middleware.TraceMiddleware",
    "accounts.middleware.guard.RequestGuard",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.common.Common",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.login.LoginMiddleware",
    "accounts.middleware.notices.Notices",
]

ROOT_URLCONF = "authdemo.urls"
WSGI_APPLICATION = "authdemo.wsgi.application"
ASGI_APPLICATION = "authdemo.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.pages.context.site",
            ],
        },
    }
]

# --- Database ---------------------------------------------------------------------------------

_DATABASE_URL: str = (
    env.str("DATABASE_URL", default="") or f"sqlite:///{quote(str(BASE_DIR))}/db.sqlite3"
)
_BAD_DATABASE_URL = ImproperlyConfigured(
    "DATABASE_URL is not understood: use postgres://user:password@host/name or sqlite:///file. "
    "In a password, write / as %2F and ? as %3F."
)
if env.DB_SCHEMES.get(_DATABASE_URL.partition(":")[0]) not in (
    "django.db.backends.sqlite3",
    "django.db.backends.postgresql",
):
    raise _BAD_DATABASE_URL
try:
    DATABASES = {"default": env.db_url_config(_DATABASE_URL)}
except ValueError:  # what it takes for a port is no number; its text would show the password
    raise _BAD_DATABASE_URL from None
_, _is_file, _file = _DATABASE_URL.partition("sqlite:///")
if _is_file and _file:  # a folder's name may hold what means something else in other URLs
    DATABASES["default"]["NAME"] = unquote(_file)
# Django opens a connection per request by default: on PostgreSQL that costs more than the query.
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# In seconds: people wait before a page, so a server gives up early. A command may take its time.
_IS_SERVER = bool({"authdemo.wsgi", "authdemo.asgi"} & sys.modules.keys())
DATABASE_CONNECT_TIMEOUT: int = env.int("DATABASE_CONNECT_TIMEOUT", default=2)  # libpq's least
DATABASE_STATEMENT_TIMEOUT: float = env.float(
    "DATABASE_STATEMENT_TIMEOUT", default=2.5 if _IS_SERVER else 0
)
# On SQLite all write one after the other: a class in front of one demo may wait for long.
_IS_CROWDED = DEMO and DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
DATABASE_LOCK_TIMEOUT: float = env.float(
    "DATABASE_LOCK_TIMEOUT", default=(17.5 if _IS_CROWDED else 2) if _IS_SERVER else 0
)
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["ENGINE"] = "authdemo.sqlite3"
    DATABASES["default"]["OPTIONS"] = {
        # Writers wait for each other instead of failing when a read lock is upgraded.
        "transaction_mode": "IMMEDIATE",
        "timeout": DATABASE_STATEMENT_TIMEOUT + DATABASE_LOCK_TIMEOUT or 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    DATABASES["default"]["TEST"] = {"NAME": BASE_DIR / ".test.sqlite3"}

DATABASE_TCP_TIMEOUT: float = env.float("DATABASE_TCP_TIMEOUT", default=3)
DATABASE_TCP_IDLE: int = env.int("DATABASE_TCP_IDLE", default=10)
# A pooler in transaction mode gives each transaction another session, which may not know what was
# prepared before. PgBouncer does so since 1.21, and takes no options but those it was told of.
DATABASE_POOLER: bool = env.bool("DATABASE_POOLER", default=False)


def _postgresql_options() -> dict[str, Any]:
    options: dict[str, Any] = {
        "server_side_binding": True,
        # A statement that comes for the fifth time is planned once, not per request: planning a
        # join takes longer than executing it.
        "prepare_threshold": None if DATABASE_POOLER else 5,
        "connect_timeout": DATABASE_CONNECT_TIMEOUT,
        # A host that is gone says nothing, not even that: it is given up after so many milliseconds
        # without an acknowledgement, also of the probes that are sent when nothing else is.
        "tcp_user_timeout": round(DATABASE_TCP_TIMEOUT * 1000),
        "keepalives_idle": DATABASE_TCP_IDLE,
        "keepalives_interval": max(1, round(DATABASE_TCP_TIMEOUT)),
    }
    if DATABASE_STATEMENT_TIMEOUT:  # a server that answers says itself that it was too long
        options["answer_timeout"] = DATABASE_STATEMENT_TIMEOUT + 0.5
        if not DATABASE_POOLER:
            options["options"] = (
                f"-c statement_timeout={DATABASE_STATEMENT_TIMEOUT * 1000:.0f}"
                f" -c lock_timeout={DATABASE_LOCK_TIMEOUT * 1000:.0f}"
            )
    return options


if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "authdemo.postgresql"
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLER
    # What the URL itself says comes last.
    DATABASES["default"]["OPTIONS"] = {
        **_postgresql_options(),
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Cache: one that all server processes share, or none -----------------------------------------

CACHE_URL: str = env.str("CACHE_URL", default="")
_REDIS_CACHE = {"BACKEND": "accounts.tracing.cache.TracedRedisCache", "LOCATION": CACHE_URL}
# Memory is what each process has for itself. After each request Django looks at every cache.
CACHES = {"default": {"BACKEND": "accounts.tracing.cache.TracedLocMemCache", "LOCATION": "lab"}}
if CACHE_URL:
    CACHES = {"default": _REDIS_CACHE, "lab": {**_REDIS_CACHE, "KEY_PREFIX": "lab"}}
# Only the lab's session-cached uses this one.
SESSION_CACHE_ALIAS = "lab" if CACHE_URL else "default"
# The lab's ways that need a cache of all processes are there only with one.
SHARED_CACHE = "shared"
if CACHE_URL:
    CACHES[SHARED_CACHE] = {**_REDIS_CACHE, "KEY_PREFIX": SHARED_CACHE}

# Where whoever started the cluster listens: `manage.py cluster` sets it for its processes.
CLUSTER_CONTROL: str = env.str("CLUSTER_CONTROL", default="")

# --- Limits: attempts per window of seconds, counted for all processes together -------------------


def _limit(name: str, default: str) -> tuple[int, int]:
    """A limit from the environment, as attempts per seconds: ``LIMIT_SIGN_UP=200/3600``."""
    variable = f"LIMIT_{name.upper().replace('-', '_')}"
    text = env.str(variable, default=default)
    count, _, seconds = text.partition("/")
    if not (count.isdecimal() and seconds.isdecimal() and int(seconds)):
        raise ImproperlyConfigured(
            f"{variable}={text} is not understood: use attempts per seconds, like {default}."
        )
    return int(count), int(seconds)


LIMITS = {
    name: _limit(name, default)
    for name, default in {
        # Wrong passwords: for one account from one address, from one address, and for one account
        # from anywhere (OWASP ASVS 5.0, 6.3.1). A class of forty is behind one address, and in a
        # demo its members share an account.
        "sign-in-pair": "400/3600" if DEMO else "100/3600",
        "sign-in-address": "1000/3600",
        "sign-in-account": "100/3600",
        # Once they have been used up, which accounts.site.guesses tells about: so many in seconds.
        "sign-in-pair-slowly": "1/10",
        "sign-in-address-slowly": "2/10",
        "sign-in-account-all": "60/10",
        # Fewer from addresses that have guessed so often.
        "sign-in-account-slowly": "20/10",
        "sign-in-few": "3/3600",
        # Tokens for the inspector, for each account: a class of forty may share one.
        "own-tokens": "400/3600",
        # For each address: accounts asked for, throwaway users of the lab and their log-ins (forty
        # people who tell a story in each lane every ten seconds), benchmarks, guesses and runs of
        # claims.
        "sign-up": "1000/3600",
        "lab-users": "24000/3600",
        "lab-logins": "48000/3600",
        # All of a class may press the button: one benchmark runs at a time, for ten seconds or
        # more, so this stops only a row of starts that fail at once.
        "bench": "40/300",
        "claim-guesses": "3000/3600",
        "claim-runs": "300/300",
        "attack-plays": "1000/3600",
        # Rooms of lessons, wrong codes of rooms, and votes: three classes of sixty may be behind
        # one address.
        "lesson-rooms": "30/3600",
        "lesson-codes": "3000/3600",
        "lesson-votes": "30000/3600",
        # For the whole site.
        "lab-users-site": "90000/3600",
        "lab-logins-site": "180000/3600",
        # For each visitor of the lab: scenarios.
        "lab-runs": "3000/300",
    }.items()
}

# --- Accounts ---------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.site.backends.SiteBackend"]
PASSWORD_HASHERS = ["accounts.models.hashers.SiteHasher", "accounts.models.hashers.LabHasher"]
# Of the threads of a gunicorn process so many may wait for their turn to hash a password, and so
# many seconds: the other threads serve pages meanwhile. A class on a slow laptop is all let in.
HASH_LINE = max(1, env.int("WEB_THREADS", default=24) - 6)
HASH_WAIT: float = env.float("HASH_WAIT", default=120 if DEMO else 30)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
] + [{"NAME": "accounts.site.passwords.SiteWordsValidator"}]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "compare"
LOGOUT_REDIRECT_URL = "compare"

# A login ends at this age whatever it does, the shorter one unless it asked to be remembered. A
# cookie session ends earlier where it is not used for the idle time.
LOGIN_LIFETIME = timedelta(days=14)
UNREMEMBERED_LIFETIME = timedelta(hours=12)
PASSWORD_COUNTS_FOR = timedelta(minutes=10)  # then ending other logins asks for it again
SESSION_IDLE = timedelta(days=2)
ENDED_LOGINS_KEPT = timedelta(days=7)  # how long a login that is over stays in its user's list
ACCESS_TOKEN_LIFETIME = timedelta(minutes=5)
REFRESH_TOKEN_LIFETIME = timedelta(days=1)
REFRESH_GRACE = timedelta(seconds=10)  # requests in parallel spend one refresh token
TOKEN_LEEWAY = timedelta(seconds=5)  # how far two servers' clocks may differ (RFC 7519, 4.1.4)
LAB_LIFETIME = timedelta(hours=1)  # of the lab's throwaway users
LAB_RUN_LIFETIME = timedelta(days=30)  # of the link to a played scenario's transcript
LESSON_ROOM_LIFETIME = timedelta(days=1)

# Short benchmarks from their page keep a core busy for a while: only a demo lets everybody.
BENCH_PUBLIC = DEMO

# --- Sessions and cookies -----------------------------------------------------------------------

SESSION_ENGINE = "accounts.strategies.session_joined"
SESSION_COOKIE_AGE = int(LOGIN_LIFETIME.total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO
# Cookies know no ports (RFC 6265, section 8.5), and those named __Host- no paths: two demos in one
# browser, or two sites below one host, must not share them.
COOKIE_SUFFIX: str = env.str("COOKIE_SUFFIX", default=(FORCE_SCRIPT_NAME or "").replace("/", "-"))
_COOKIE_PREFIX = "" if DEMO else "__Host-"
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}session{COOKIE_SUFFIX}"
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken{COOKIE_SUFFIX}"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "accounts.pages.errors.csrf_failure"
MESSAGE_STORAGE = "accounts.middleware.notices.MessageCookie"

# --- Transport and headers ----------------------------------------------------------------------

SECURE_SSL_REDIRECT = not DEMO
SECURE_HSTS_SECONDS = 0 if DEMO else 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEMO
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# These miss SecurityMiddleware and XFrameOptionsMiddleware, for which SafeHeaders and RequestGuard
# stand in. What Django then leaves out of ``check --deploy``, accounts.site.checks looks at.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002"]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# The shape of Django 6's SECURE_CSP.
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

# Pages of these origins may use the API with a bearer token, and read the schema. They never do it
# with the cookie of a visitor: no answer has Access-Control-Allow-Credentials.
CORS_ALLOWED_ORIGINS: list[str] = [
    each.strip() for each in env.list("CORS_ALLOWED_ORIGINS", default=[])
]
CORS_URLS_REGEX = r"/(api/(token|me|logins|logout-everywhere|password|schema)|oauth)\b"
CORS_ALLOW_HEADERS = ["authorization", "content-type"]
CORS_EXPOSE_HEADERS = ["Link", "Retry-After", "WWW-Authenticate", "X-Total-Count"]

# --- Static files -------------------------------------------------------------------------------

# Not relative: Django would put the prefix before it where a request asks, and not at the start.
STATIC_URL = f"{FORCE_SCRIPT_NAME or ''}/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "authdemo.static.ModuleStorage"},
}

# --- API ----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.SiteAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["accounts.api.negotiation.CompactJSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accounts.api.negotiation.JsonOnlyNegotiation",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "accounts.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}


def _key_file(path: str) -> str:
    # An editor ends a file with a line break, which is no part of a secret.
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeError) as error:
        raise ImproperlyConfigured(f"The key file {path} cannot be read: {error}.") from error


def _key(name: str) -> str:
    """A key from the environment, or from the file that ``<name>_FILE`` names."""
    path = env.str(f"{name}_FILE", default="")
    return _key_file(path) if path else env.str(name, default="", multiline=True)


# HS256 with any secret (SECRET_KEY's child by default), or EdDSA, ES256, RS256 with a private key
# in PEM. Retired keys still verify: that is how a key is rotated without logging anybody out. A
# client that caches the public keys meets no unknown one where the next is listed beforehand, too.
JWT_ALGORITHM: str = env.str("JWT_ALGORITHM", default="HS256")
JWT_SIGNING_KEY: str = _key("JWT_SIGNING_KEY")
JWT_RETIRED_KEYS: list[str] = [
    *(key.replace("\\n", "\n") for key in env.list("JWT_RETIRED_KEYS", default=[])),
    *map(_key_file, env.list("JWT_RETIRED_KEY_FILES", default=[])),
]
JWT_ISSUER: str = env.str("JWT_ISSUER", default="authdemo")
# Further claims of access tokens: names, each with the dotted path of a function of the user.
TOKEN_CLAIMS: dict[str, str] = env.dict("TOKEN_CLAIMS", default={})


def _resource_server(text: str) -> tuple[str, str]:
    """The name of a resource server and the digest of its secret: ``name:sha256``."""
    name, _, digest = text.strip().partition(":")
    if not name or not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise ImproperlyConfigured(
            "RESOURCE_SERVERS is not understood: use name:digest, the digest being 64 hexadecimal "
            "digits, with commas between them."
        )
    return name, digest


# Programs that may introspect any token: a name, and the SHA-256 of a secret of 32 random bytes.
RESOURCE_SERVERS: dict[str, str] = dict(
    map(_resource_server, env.list("RESOURCE_SERVERS", default=[]))
)
SPECTACULAR_SETTINGS = {
    "TITLE": "Sessions vs JWT",
    "DESCRIPTION": "Log in by cookie session or by JSON Web Token, and end either at once. "
    "A method that is not described is answered with 405, and `Allow` names those that are.",
    "VERSION": "1.0.0",
    "DEFAULT_GENERATOR_CLASS": "accounts.api.generator.Generator",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "OAS_VERSION": "3.1.1",
    "ENUM_SUFFIX": "",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "Carrier": "accounts.api.serializers.CARRIERS",
        "EndReason": "accounts.api.serializers.END_REASONS",
        "Outcome": "accounts.api.lab.serializers.OUTCOMES",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.api.schema.complete",
    ],
}

# --- Language, logs -------------------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    # Of a database that is away one line is written, not one per request: accounts.database.
    # What a stranger sends is no fault of ours, so it has no traceback: django.security.
    "filters": {
        "outage": {"()": "accounts.middleware.health.NotAnOutage"},
        "refused": {"()": "authdemo.logs.WithoutTraceback"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["refused"],
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    # A 401 or a 404 is an answer, not an incident.
    "loggers": {
        "django.request": {"level": "ERROR", "filters": ["outage"]},
        "accounts.security": {"level": "INFO"},
    },
}
