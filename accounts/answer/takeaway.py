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

from accounts.answer.source import PROJECT, Definition, Extract
from accounts.bench.result import SESSION_DB
from accounts.lab.events import Event, events
from accounts.lab.events.log_out import LogOut
from accounts.lab.scenario import expected
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

_BEARER = '''"""For an API in Django REST framework: who asks?"""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from .logins import Refused, {name}, site_realm


class LoginAuthentication(BaseAuthentication):
    """``Authorization: Bearer``, and the token that a log-in was given."""

    way = {name}(site_realm())

    def authenticate_header(self, request):
        return 'Bearer realm="api"'  # without it a refusal would be a 403

    def authenticate(self, request):
        """The user and the id of the login; None if no token was sent."""
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        verdict = self.way.check(token.strip())
        if isinstance(verdict, Refused):
            raise AuthenticationFailed(verdict.reason, code=verdict.code)
        return verdict.user, verdict.login_id
'''
_COOKIE = '''"""For an API in Django REST framework: who asks?"""

from django.conf import settings
from rest_framework.authentication import SessionAuthentication

from .logins import Accepted, {name}, site_realm


class LoginAuthentication(SessionAuthentication):
    """The session's cookie; what changes something needs a CSRF token as well."""

    way = {name}(site_realm())

    def authenticate(self, request):
        """The user and the id of the login; None if no session holds."""
        verdict = self.way.check(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
        if not isinstance(verdict, Accepted):
            return None
        self.enforce_csrf(request)
        return verdict.user, verdict.login_id
'''

_TEST = '''"""Log in, log out: is a copy of the credential refused?"""

from importlib.util import find_spec
from unittest import skipUnless

from django.conf import settings
from django.test import RequestFactory, TransactionTestCase

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

    @skipUnless(find_spec("rest_framework"), "only for an API in Django REST framework")
    def test_an_api_knows_the_user_until_the_log_out(self):
        from rest_framework.permissions import IsAuthenticated
        from rest_framework.response import Response
        from rest_framework.views import APIView

        from .api import LoginAuthentication

        class Me(APIView):
            authentication_classes = [LoginAuthentication]
            permission_classes = [IsAuthenticated]

            def get(self, request):
                return Response(request.user.username)

        way = LoginAuthentication.way
        login = login_begin(User.objects.create_user("alice"), strategy=way.slug)
        copied = way.issue(login).value
        request = RequestFactory().get("/"{header})
        request.COOKIES[settings.SESSION_COOKIE_NAME] = copied
        self.assertEqual(Me.as_view()(request).data, "alice")
        way.revoke(login, copied)
        self.assertEqual(Me.as_view()(request).status_code, {after})
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
    """Files by name, and what has to be installed; for ``api.py`` its framework as well."""

    slug: str
    files: Mapping[str, str]
    packages: tuple[str, ...]

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
    is_jwt = strategy.family is Family.JWT
    found = Extract(without={} if is_jwt else {_REALM: _OF_TOKENS})
    for module, name in (
        (strategy.__module__, strategy.__name__),
        (strategy.__module__, "SessionStore"),  # where it is a session engine
        (_REALM, "site_realm"),
        (f"{PROJECT}.models.login", "login_begin"),
    ):
        found.add(module, name)
    rows = [one for one in found.modules() if one.startswith(_MODELS)]
    rest = [one for one in found.modules() if one not in rows]
    asks = "way.renew(copied.refresh)" if asks_refresh else "way.check(copied.value)"
    packages = _packages(found.used([*rows, *rest]))
    name, in_cookie = strategy.__name__, strategy.family is Family.SESSION
    header = "" if in_cookie else ', headers={"Authorization": f"Bearer {copied}"}'
    after = 200 if asks_refresh else 403 if in_cookie else 401
    return Takeaway(
        strategy.slug,
        {
            "models.py": _file("Users and their logins.", found, rows),
            "logins.py": _file(f"{strategy.title}: issue, check, revoke.", found, rest),
            "api.py": (_COOKIE if in_cookie else _BEARER).format(name=name),
            "settings.py": _settings(found, strategy, packages),
            "tests.py": _TEST.format(name=name, asks=asks, header=header, after=after),
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
        f"# and {_pinned('djangorestframework')} for api.py: without an API, delete that",
        "from datetime import timedelta",
        "",
        f'INSTALLED_APPS += ["{APP}"]  # then: manage.py makemigrations {APP}',
        f'AUTH_USER_MODEL = "{APP}.User"',
        *(f"{name} = {_value(name)}" for name in own),
        f'REST_FRAMEWORK = {{"DEFAULT_AUTHENTICATION_CLASSES": ["{APP}.api.LoginAuthentication"]}}',
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
