"""A way to take home: a folder of a few files, put together from the source that runs here."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

from django.conf import global_settings, settings

from accounts.answer.added import BEARER, COOKIE, DJANGO_TEST, TEST
from accounts.answer.reading import PROJECT, read
from accounts.answer.source import Definition, Extract
from accounts.answer.trimming import Trim
from accounts.bench.result import SESSION_DB
from accounts.lab.events import Event, events
from accounts.lab.events.log_out import LogOut
from accounts.lab.scenario import expected
from accounts.models import Login
from accounts.strategies import Family, Outcome, Strategy, strategies

APP = "logins"  # the name of the folder
_MODELS = f"{PROJECT}.models"
_WIDTH, _LIST = 100, ",\n    "
_NAMESPACE = ("types", "SimpleNamespace")
_REALM = f"{PROJECT}.tokens.realm"
#: What of a realm only tokens with a signature need.
_OF_TOKENS = frozenset(
    {
        "issuer",
        "audience",
        "keyring",
        "access_lifetime",
        "refresh_lifetime",
        "leeway",
        "refresh_grace",
        "own_claims",
    }
)
_SECRET = ("KEY", "SECRET")  # of a setting's name: its value stays here
#: Ways that are Django's own: nothing to install, nothing to copy.
_DJANGO = {
    SESSION_DB: 'SESSION_ENGINE = "django.contrib.sessions.backends.db"  # the default\n'
    "# An API in Django REST framework: rest_framework.authentication.SessionAuthentication\n"
}

#: What a setting of ours is for.
_PURPOSES = {
    "ACCESS_TOKEN_LIFETIME": "how long an access token lives",
    "DATABASE_POOLER": "whether a pooler in transaction mode stands before PostgreSQL",
    "JWT_ALGORITHM": "HS256 with any secret, or EdDSA, ES256, RS256 with a private key in PEM",
    "JWT_ISSUER": "who issues tokens: the name that they bear",
    "JWT_RETIRED_KEYS": "keys that sign no more, and still verify",
    "JWT_SIGNING_KEY": "the key that signs; with HS256, none: it is derived from SECRET_KEY",
    "LOGIN_LIFETIME": "a login ends at this age, whatever it does",
    "REFRESH_GRACE": "requests in parallel may spend one refresh token within it",
    "REFRESH_TOKEN_LIFETIME": "a login with a refresh token ends unless it is renewed within it; "
    "others never use it",
    "SESSION_IDLE": "a login without a refresh token ends when it is not used for so long",
    "SHARED_CACHE": "which of CACHES all server processes share",
    "TOKEN_CLAIMS": "further claims of access tokens: names, each with a function's dotted path",
    "TOKEN_LEEWAY": "how far two servers' clocks may differ",
}
#: What tells of a way on the pages of this site, and judges nothing.
_OF_PAGES = frozenset(
    {
        *("subtitle", "family", "checks", "lookup", "condition", "when_to_use", "order"),
        *("expects", "expected", "explanation", "bound", "csrf_checked", "propagation_delay"),
        *("do_not_call_in_templates", "runs_here", "stored_rows"),
    }
)
_OF_THE_CACHE = frozenset({"needs_cache", "use_cache"})
_OF_THE_BLACKLIST = frozenset({"TOKEN_STRATEGY", "_blacklist_tokens"})
#: A test runner finds tests in a package alone.
_PACKAGE = {"__init__.py": ""}


class NothingToTake(Exception):
    """A way whose copies outlive what should end them: there is no point in taking it."""


@dataclass(frozen=True, slots=True)
class Takeaway:
    """Files by name, what has to be installed, and the commands that try it.

    ``api``: the framework that ``api.py`` alone needs; empty where there is no such file.
    ``own_lines``: how many the way's own module has here.
    """

    slug: str
    files: Mapping[str, str]
    packages: tuple[str, ...]
    api: str
    commands: tuple[str, ...]
    own_lines: int

    @property
    def lines(self) -> int:
        """Lines to copy: those of settings and test are not counted."""
        counted = {"models.py", "logins.py", "api.py"}
        copied = (text for name, text in self.files.items() if name in counted)
        return sum(len(text.splitlines()) for text in copied)

    def zip(self) -> bytes:
        """The folder as a zip."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in {**_PACKAGE, **self.files}.items():
                archive.writestr(f"{APP}/{name}", text)
        return content.getvalue()

    def write(self, folder: Path) -> None:
        """Write the files into a folder, which is made.

        Raises:
            FileExistsError: it is there already.
        """
        folder.mkdir(parents=True)
        for name, text in {**_PACKAGE, **self.files}.items():
            (folder / name).write_text(text)


@cache
def takeaway(slug: str) -> Takeaway:
    """What to take for a way.

    Raises:
        KeyError: there is no such strategy.
        NothingToTake: it lets a thief in, or a library's classes judge its credentials.
    """
    strategy = strategies[slug]
    if slug in _DJANGO:
        packages = (_pinned("django"),)
        commands = _commands(slug, packages)
        settings_py = f"{_tried(commands)}{_DJANGO[slug]}"
        files = {"settings.py": settings_py, "tests.py": DJANGO_TEST}
        return Takeaway(slug, files, packages, "", commands, _own_lines(strategy))
    # A folder's api.py judges a credential alone, not the proof that a bound one comes with.
    if strategy.bound or not _is_ours(strategy) or any(_fails(strategy, one) for one in events):
        raise NothingToTake(slug)
    return _ours(strategy, asks_refresh=expected(strategy, LogOut).thief is Outcome.LATER)


def _fails(strategy: type[Strategy], event: type[Event]) -> bool:
    """Whether a copy outlives what should end it, or an event throws out who should stay."""
    if event.is_drill or event.ideal.thief is Outcome.ACCEPTED:
        return False
    found = expected(strategy, event)
    return found.thief is Outcome.ACCEPTED or found.other == "collateral"


def _is_ours(strategy: type[Strategy]) -> bool:
    """Whether no library's own classes judge its credentials."""
    bases = {base.__module__.rpartition(".")[2] for base in strategy.__mro__}
    return not bases & {"_simplejwt", "_django"}


def _ours(strategy: type[Strategy], *, asks_refresh: bool) -> Takeaway:
    found = Extract(trim=_trim(strategy))
    for module, name in (
        (strategy.__module__, strategy.__name__),
        (strategy.__module__, "SessionStore"),  # where it is a session engine
        (_REALM, "site_realm"),
        (f"{PROJECT}.models.login", "login_begin"),
    ):
        found.add(module, name)
    rows = [one for one in found.modules() if one.startswith(_MODELS)]
    rest = [one for one in found.modules() if one not in rows]
    api = _pinned("djangorestframework")
    asks = "way.renew(copied.refresh)" if asks_refresh else "way.check(copied.value)"
    packages = _packages(found.used([*rows, *rest]))
    commands = _commands(strategy.slug, [*packages, api], with_models=True)
    name, in_cookie = strategy.__name__, strategy.family is Family.SESSION
    header = "" if in_cookie else ', headers={"Authorization": f"Bearer {copied}"}'
    after = 200 if asks_refresh else 403 if in_cookie else 401
    return Takeaway(
        strategy.slug,
        {
            "models.py": _file("Users and their logins.", found, rows),
            "logins.py": _file(f"{strategy.title}: issue, check, revoke.", found, rest),
            "api.py": (COOKIE if in_cookie else BEARER).format(name=name),
            "settings.py": _tried(commands) + _settings(found, api),
            "tests.py": TEST.format(name=name, asks=asks, header=header, after=after),
        },
        packages,
        api,
        commands,
        _own_lines(strategy),
    )


def _trim(strategy: type[Strategy]) -> Trim:
    """What this site's lab, pages and other ways have in the same classes."""
    without = {
        f"{PROJECT}.models.user": frozenset({"visitor", "Meta"}),
        f"{PROJECT}.models.login": frozenset({"unused_until", "replay_notified_at"}),
        f"{PROJECT}.strategies": _OF_PAGES,
    }
    if strategy.family is not Family.JWT:
        without[_REALM] = _OF_TOKENS
    if not strategy.needs_cache:
        without[f"{PROJECT}.strategies._base"] = _OF_THE_CACHE
    if strategy.slug != Login.TOKEN_STRATEGY:
        without[PROJECT] = _OF_THE_BLACKLIST
    return Trim(without)


def _own_lines(strategy: type[Strategy]) -> int:
    return len(read(strategy.__module__).lines)


def _commands(slug: str, packages: Iterable[str], *, with_models: bool = False) -> tuple[str, ...]:
    """What tries it in an empty folder that has the zip alone."""
    return (
        f"pip install {' '.join(packages)}",
        "django-admin startproject mysite .",
        f"unzip {slug}.zip",
        f"cat {APP}/settings.py >> mysite/settings.py",
        *([f"python manage.py makemigrations {APP}"] if with_models else []),
        "python manage.py migrate",
        "python manage.py test",
    )


def _tried(commands: Iterable[str]) -> str:
    """The commands as a comment."""
    lines = [f"#   {command}" for command in commands]
    return "\n".join(["", "# To try it in an empty folder:", *lines, "", ""])


def _file(title: str, found: Extract, modules: list[str]) -> str:
    text = found.text(modules)
    used = found.used(modules) | ({_NAMESPACE} if _NAMESPACE[1] in text else set())
    return f'"""{title}"""\n\n{_imports(used, modules)}\n\n\n{text}\n'


def _imports(used: set[Definition], modules: list[str]) -> str:
    """What a file imports: packages, and the models from the other file."""
    names: dict[str, list[str]] = {}
    for origin, name in sorted(used):
        if origin.split(".")[0] != PROJECT:
            names.setdefault(origin, []).append(name)
        elif not {origin, f"{origin}.{name}"} & {*modules}:
            names.setdefault(".models", []).append(name)
    whole = [f"import {origin}" for origin, taken in names.items() if "" in taken]
    parts = [_import(origin, [*filter(None, taken)]) for origin, taken in names.items()]
    return "\n".join([*whole, *filter(None, parts)])


def _import(origin: str, names: list[str]) -> str:
    """One statement; empty without names."""
    if not names:
        return ""
    line = f"from {origin} import {', '.join(names)}"
    return line if len(line) <= _WIDTH else f"from {origin} import (\n    {_LIST.join(names)},\n)"


def _settings(found: Extract, api: str) -> str:
    own = sorted(name for name in found.settings() if not hasattr(global_settings, name))
    lines = [
        "from datetime import timedelta",
        "",
        f'INSTALLED_APPS += ["{APP}"]',
        f'AUTH_USER_MODEL = "{APP}.User"',
        *(f"# {_PURPOSES[name]}\n{name} = {_value(name)}" for name in own),
    ]
    if "SessionStore" in found.wanted.get(f"{PROJECT}.strategies._engine", ()):
        lines.append(f'SESSION_ENGINE = "{APP}.{APP}"')
    lines += [
        "",
        f"# For an API in {api}. Without one, delete api.py and what follows here.",
        f'REST_FRAMEWORK = {{"DEFAULT_AUTHENTICATION_CLASSES": ["{APP}.api.LoginAuthentication"]}}',
    ]
    return "\n".join([*lines, ""])


def _value(name: str) -> str:
    """A setting as it is here; of a secret only its kind."""
    value: Any = getattr(settings, name)
    if isinstance(value, timedelta):
        return f"timedelta(seconds={value.total_seconds():.0f})"
    return repr(type(value)()) if any(word in name for word in _SECRET) else repr(value)


@cache
def _distributions() -> Mapping[str, list[str]]:
    """The packages by the names that they are imported by: reads a file of each."""
    return packages_distributions()


def _packages(used: Iterable[Definition]) -> tuple[str, ...]:
    """The packages that are imported, with the versions that run here."""
    known = _distributions()
    tops = {origin.split(".")[0] for origin, _ in used} - {"asgiref"}  # which Django brings
    return tuple(sorted({_pinned(name) for top in tops for name in known.get(top, [])[:1]}))


def _pinned(name: str) -> str:
    return f"{name}=={version(name)}"
