"""A way to take home: a folder of four files, put together from the source that runs here."""

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

from accounts.answer.source import PROJECT, Definition, Extract
from accounts.bench.result import SESSION_DB
from accounts.lab.events.log_out import LogOut
from accounts.strategies import Outcome, Strategy, strategies

APP = "logins"  # the name of the folder
_MODELS = f"{PROJECT}.models"
_WIDTH, _LIST = 100, ",\n    "
_NAMESPACE = ("types", "SimpleNamespace")
_SECRET = ("KEY", "SECRET")  # of a setting's name: its value stays here
#: Ways that are Django's own: nothing to install, nothing to copy.
_DJANGO = {SESSION_DB: 'SESSION_ENGINE = "django.contrib.sessions.backends.db"  # the default\n'}

_TEST = '''"""Log in, log out: is a copy of the credential refused?"""

from django.test import TransactionTestCase

from .logins import Accepted, Refused, {name}, site_realm
from .models import User, login_begin


class LogOutTest(TransactionTestCase):
    def test_a_copy_is_refused(self):
        way = {name}(site_realm())
        user = User.objects.create_user("alice", password="correct horse battery staple")
        login = login_begin(user, strategy=way.slug)
        copied = way.issue(login)
        self.assertIsInstance(way.check(copied.value), Accepted)
        way.revoke(login, copied.value)
        self.assertIsInstance({asks}, Refused)
'''
_DJANGO_TEST = '''"""Log in, log out: is a copy of the cookie refused?"""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import TestCase


def is_accepted(cookie):
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(cookie)
    return get_user(request).is_authenticated


class LogOutTest(TestCase):
    def test_a_copy_is_refused(self):
        User.objects.create_user("alice", password="correct horse battery staple")
        self.client.login(username="alice", password="correct horse battery staple")
        copied = self.client.cookies[settings.SESSION_COOKIE_NAME].value
        self.assertTrue(is_accepted(copied))
        self.client.logout()
        self.assertFalse(is_accepted(copied))
'''


class NothingToTake(Exception):
    """A way whose copies outlive what should end them: there is no point in taking it."""


@dataclass(frozen=True, slots=True)
class Takeaway:
    """Files by name, and what has to be installed for them."""

    slug: str
    files: Mapping[str, str]
    packages: tuple[str, ...]

    @property
    def lines(self) -> int:
        """Lines to copy: those of settings and test are not counted."""
        copied = (text for name, text in self.files.items() if name in {"models.py", "logins.py"})
        return sum(len(text.splitlines()) for text in copied)

    def zip(self) -> bytes:
        """The folder as a zip."""
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in self.files.items():
                archive.writestr(f"{APP}/{name}", text)
        return content.getvalue()

    def write(self, folder: Path) -> None:
        """Write the files into a folder, which is made.

        Raises:
            FileExistsError: it is there already.
        """
        folder.mkdir(parents=True)
        for name, text in self.files.items():
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
        files = {"settings.py": _DJANGO[slug], "tests.py": _DJANGO_TEST}
        return Takeaway(slug, files, (_pinned("django"),))
    outcome = strategy.expected(LogOut.slug, LogOut.ideal).thief
    if outcome not in {Outcome.REFUSED, Outcome.LATER} or not _is_ours(strategy):
        raise NothingToTake(slug)
    return _ours(strategy, asks_refresh=outcome is Outcome.LATER)


def _is_ours(strategy: type[Strategy]) -> bool:
    """Whether no library's own classes judge its credentials."""
    bases = {base.__module__.rpartition(".")[2] for base in strategy.__mro__}
    return not bases & {"_simplejwt", "_django"}


def _ours(strategy: type[Strategy], *, asks_refresh: bool) -> Takeaway:
    found = Extract()
    for module, name in (
        (strategy.__module__, strategy.__name__),
        (strategy.__module__, "SessionStore"),  # where it is a session engine
        (f"{PROJECT}.tokens.realm", "site_realm"),
        (f"{PROJECT}.models.login", "login_begin"),
    ):
        found.add(module, name)
    rows = [one for one in found.modules() if one.startswith(_MODELS)]
    rest = [one for one in found.modules() if one not in rows]
    asks = "way.renew(copied.refresh)" if asks_refresh else "way.check(copied.value)"
    packages = _packages(found.used([*rows, *rest]))
    return Takeaway(
        strategy.slug,
        {
            "models.py": _file("Users and their logins.", found, rows),
            "logins.py": _file(f"{strategy.title}: issue, check, revoke.", found, rest),
            "settings.py": _settings(found, strategy, packages),
            "tests.py": _TEST.format(name=strategy.__name__, asks=asks),
        },
        packages,
    )


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


def _settings(found: Extract, strategy: type[Strategy], packages: Iterable[str]) -> str:
    own = sorted(name for name in found.settings() if not hasattr(global_settings, name))
    lines = [
        f"# pip install {' '.join(packages)}",
        "from datetime import timedelta",
        "",
        f'INSTALLED_APPS += ["{APP}"]  # then: manage.py makemigrations {APP}',
        f'AUTH_USER_MODEL = "{APP}.User"',
        *(f"{name} = {_value(name)}" for name in own),
    ]
    if "SessionStore" in found.wanted.get(f"{PROJECT}.strategies._engine", ()):
        lines.append(f'SESSION_ENGINE = "{APP}.{APP}"')
    return "\n".join([*lines, ""])


def _value(name: str) -> str:
    """A setting as it is here; of a secret only its kind."""
    value: Any = getattr(settings, name)
    if isinstance(value, timedelta):
        return f"timedelta(seconds={value.total_seconds():.0f})"
    return repr(type(value)()) if any(word in name for word in _SECRET) else repr(value)


def _packages(used: Iterable[Definition]) -> tuple[str, ...]:
    """The packages that are imported, with the versions that run here."""
    known = packages_distributions()
    tops = {origin.split(".")[0] for origin, _ in used} - {"asgiref"}  # which Django brings
    return tuple(sorted({_pinned(name) for top in tops for name in known.get(top, [])[:1]}))


def _pinned(name: str) -> str:
    return f"{name}=={version(name)}"
