"""Where a scenario runs: a fresh user, three HTTP clients, two server processes.

The devices talk to one process, the thief to another: two instances of a strategy that share
nothing but the database. All requests go through the WSGI application of this site.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import copy

import httpx
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Max, Min
from django.utils.module_loading import import_string

from accounts.lab.instances import serving
from accounts.lab.transcript import Answer, Transcript, Who
from accounts.lab.users import LabUser, create_lab_user
from accounts.lab.wire import cookie_name, lab_path
from accounts.models import BlacklistedToken, User
from accounts.strategies import Family, Strategy
from accounts.tokens.codec import peek
from accounts.tokens.realm import Realm
from accounts.tracing.recorder import tracing, wanted
from accounts.tracing.sql import sql_steps

Pause = Callable[[float], None]

_CSRF_PATH = "/api/session/login/"


class Client:
    """One HTTP client: a device of the user, or the thief. ``server`` judges what it sends."""

    def __init__(self, who: Who, user: LabUser, server: Strategy, transcript: Transcript) -> None:
        self.who = who
        self.server = server
        self.access = ""
        self.refresh_token = ""
        self.session_keys: set[str] = set()  # all that it was ever given
        self._user = user
        self._transcript = transcript
        self._csrf: dict[str, str] = {}
        self._http = httpx.Client(
            transport=httpx.WSGITransport(app=import_string(settings.WSGI_APPLICATION)),
            base_url=_base_url(),
            headers={"User-Agent": f"lab {who}", "Origin": _base_url()},
            trust_env=False,
        )

    @property
    def cookies(self) -> httpx.Cookies:
        """The client's cookie jar."""
        return self._http.cookies

    @property
    def has_credential(self) -> bool:
        """Whether it still holds what it was given when it logged in."""
        return bool(self.access) or any(one.name == self._cookie_name for one in self.cookies.jar)

    @property
    def access_ends(self) -> float | None:
        """When the access token expires, in epoch seconds; None where it does not say."""
        return peek(self.access)[1].get("exp")

    @property
    def refresh_ends(self) -> float | None:
        """The same for the refresh token."""
        return peek(self.refresh_token)[1].get("exp")

    def log_in(self) -> Answer:
        """Log in with the user's password."""
        if self.server.family is Family.SESSION:
            answer = self._send("GET", _CSRF_PATH, f"{self._name} fetches a CSRF token")
            self._csrf = {"X-CSRFToken": answer.body["csrf_token"]}
        body = {"username": self._user.username, "password": self._user.password}
        return self._keep(self._post("login", f"{self._name} logs in", body))

    def me(self, title: str, *, record: bool = True) -> Answer:
        """Ask who one is."""
        return self._send("GET", lab_path(self.server.slug, "me"), title, record=record)

    def refresh(self, title: str, *, lost: bool = False) -> Answer:
        """Spend the refresh token, and keep what comes back, unless that gets lost on the way."""
        answer = self._post("refresh", title, {"refresh": self.refresh_token})
        return answer if lost else self._keep(answer)

    def log_out(self) -> Answer:
        """Log out this device."""
        return self._forget(self._post("logout", f"{self._name} logs out"))

    def log_out_everywhere(self) -> Answer:
        """Log out all devices of the user."""
        return self._forget(self._post("logout-everywhere", f"{self._name} logs out everywhere"))

    def change_password(self) -> Answer:
        """Change the user's password; this device stays logged in."""
        return self._keep(self._post("password", f"{self._name} changes the password"))

    def steal_from(self, victim: "Client") -> None:
        """Copy all that another client holds.

        A browser drops a cookie when it expires. A thief does not: the server has to refuse it.
        """
        self.access, self.refresh_token = victim.access, victim.refresh_token
        for cookie in victim.cookies.jar:
            if cookie.name == self._cookie_name:
                copied = copy(cookie)
                copied.expires = None
                self.cookies.jar.set_cookie(copied)

    def close(self) -> None:
        """Close the client."""
        self._http.close()

    @property
    def _cookie_name(self) -> str:
        return cookie_name(self.server.slug)

    @property
    def _name(self) -> str:
        return "The thief" if self.who == "thief" else f"Device {self.who}"

    def _keep(self, answer: Answer) -> Answer:
        self.access = answer.body.get("access", self.access)
        self.refresh_token = answer.body.get("refresh", self.refresh_token)
        return answer

    def _forget(self, answer: Answer) -> Answer:
        # The answer itself tells the cookie jar to drop a cookie; tokens are up to the client.
        self.access = self.refresh_token = ""
        return answer

    def _post(self, action: str, title: str, body: dict[str, str] | None = None) -> Answer:
        return self._send("POST", lab_path(self.server.slug, action), title, body)

    def _send(
        self,
        method: str,
        path: str,
        title: str,
        body: dict[str, str] | None = None,
        *,
        record: bool = True,
    ) -> Answer:
        headers = dict(self._csrf) if method == "POST" else {}
        if self.access and "refresh" not in (body or {}):  # a refresh token speaks for itself
            headers["Authorization"] = f"Bearer {self.access}"
        request = self._http.build_request(method, path, headers=headers, json=body)
        at_ms = self._transcript.at_ms()
        with serving(self.server), wanted():
            answer = Answer.from_response(self._http.send(request))
        self.session_keys.update(str(cookie.value) for cookie in self.cookies.jar)
        if record:
            self._transcript.record(self.who, title, request, body, answer, at_ms)
        return answer


class Environment:
    """A fresh user, its devices A and B, the thief, and the processes that serve them."""

    def __init__(
        self,
        strategy: type[Strategy],
        realm: Realm,
        *,
        visitor: uuid.UUID | None = None,
        pause: Pause = time.sleep,
    ) -> None:
        self._strategy = strategy
        self._pause = pause
        self.transcript = Transcript()
        # Before the user is made: a strategy that does not even start leaves nobody behind.
        self._servers = self._started(realm)
        lab_user = create_lab_user(visitor or uuid.uuid4())
        self.user = lab_user.user
        near, far = self._servers
        self.a = Client("A", lab_user, near, self.transcript)
        self.b = Client("B", lab_user, near, self.transcript)
        self.thief = Client("thief", lab_user, far, self.transcript)

    @property
    def role(self) -> str:
        """The user's role as the database has it now."""
        return User.objects.values_list("role", flat=True).get(pk=self.user.pk)

    @property
    def first_end(self) -> float:
        """When the first of the user's logins expires, in epoch seconds; infinite without any."""
        expires = self.user.logins.aggregate(first=Min("expires"))["first"]
        return float(expires.timestamp()) if expires else float("inf")

    @property
    def last_end(self) -> float:
        """When the last of them expires."""
        expires = self.user.logins.aggregate(last=Max("expires"))["last"]
        return float(expires.timestamp())

    def change_user(self, title: str, change: Callable[[User], None]) -> None:
        """Let staff change the user's row, as in the admin; the statements are traced."""
        at_ms = self.transcript.at_ms()
        with tracing() as trace, sql_steps(trace):
            user = User.objects.get(pk=self.user.pk)
            change(user)
            user.save()
            seen = trace.as_dict()
        self.transcript.record_change(title, seen, at_ms)

    def rotate_keys(self, *, overlap: bool) -> None:
        """Start both server processes again under a new secret."""
        at_ms = self.transcript.at_ms()
        with tracing() as trace:
            realm = self._servers[0].realm.rotated(overlap=overlap)
            self._close_servers()
            self._servers = self._started(realm)
            seen = trace.as_dict()
        self.a.server = self.b.server = self._servers[0]
        self.thief.server = self._servers[1]
        kept = "keep" if overlap else "forget"
        title = f"The servers start with a new key and {kept} the old"
        self.transcript.record_change(title, seen, at_ms)

    def wait_until(self, moment: float) -> None:
        """Let time pass until a moment, in epoch seconds."""
        while (left := moment - time.time()) > 0:
            self._pause(left)

    def close(self) -> None:
        """Delete the user and all that was written for it, and let the processes end."""
        clients = (self.a, self.b, self.thief)
        for client in clients:
            client.close()
        self._close_servers()
        logins = list(self.user.logins.values_list("pk", flat=True))
        BlacklistedToken.objects.filter(pk__in=logins).delete()
        keys = set[str]().union(*(client.session_keys for client in clients))
        Session.objects.filter(pk__in=keys).delete()
        self.user.delete()

    def _started(self, realm: Realm) -> tuple[Strategy, Strategy]:
        return self._strategy(realm), self._strategy(realm)

    def _close_servers(self) -> None:
        for server in self._servers:
            with suppress(Exception):
                server.close()


@contextmanager
def environment_for(
    strategy: type[Strategy],
    realm: Realm,
    *,
    visitor: uuid.UUID | None = None,
    pause: Pause = time.sleep,
) -> Iterator[Environment]:
    """An environment that is cleared away afterwards, whatever happened in it."""
    environment = Environment(strategy, realm, visitor=visitor, pause=pause)
    try:
        yield environment
    finally:
        environment.close()


def _base_url() -> str:
    host = settings.ALLOWED_HOSTS[0].lstrip(".") if settings.ALLOWED_HOSTS else "localhost"
    return f"{'http' if settings.DEMO else 'https'}://{'localhost' if host == '*' else host}"
