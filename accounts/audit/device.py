"""A device of the user, or the thief, that speaks to the server as the profile says."""

import json
import os
import re
import secrets
import time
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from html import unescape
from typing import Any

import httpx

from accounts.audit.limits import CannotTell, Limited
from accounts.audit.masking import Masks, exchange
from accounts.audit.profile import PLACEHOLDER, Csrf, LogOut, Profile, Request
from accounts.lab.stage import Device
from accounts.lab.transcript import Exchange, ScenarioError, Transcript, Who
from accounts.tokens.codec import peek

_MISSING = object()
_REFUSED = (400, 401, 403)  # to a log-in


@dataclass(slots=True)
class Account:
    """A user of the server that is asked; ``new_password`` is what it may be changed to."""

    username: str
    email: str
    password: str = field(repr=False)
    new_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, judged: as the lab's script asks."""

    accepted: bool
    status: int
    reason: str = ""
    role: str | None = None
    credential_bytes: int = 0
    #: a server elsewhere does not tell
    sql: int = 0


@dataclass(frozen=True, slots=True)
class Server:
    """The server that is asked, and how: what all devices of an audit share."""

    url: str
    profile: Profile
    transport: Limited
    masks: Masks
    #: hooks that whoever starts the server brings along, by their key: called with the user's name
    staff: Mapping[str, Callable[[str], None]] = field(default_factory=dict)
    #: seconds for which the end of a credential may be waited for
    wait: float = 10.0

    def gives(self, key: str) -> bool:
        """Whether an event that needs this key can be played."""
        return self.profile.gives(key) or key.removeprefix("hooks.") in self.staff


class NetworkDevice(Device):
    """Sends what a device or the thief sends, and keeps what it is given."""

    def __init__(self, who: Who, account: Account, server: Server, transcript: Transcript) -> None:
        self.who = who
        #: what the server said of its work, the last time that it was asked who one is
        self.server_timing = ""
        self._account = account
        self._server = server
        self._profile = server.profile
        self._transcript = transcript
        self._kept: Exchange | None = None  # the last one, in the transcript
        self._tokens = {"access": "", "refresh": ""}
        self._told_ends: dict[str, float] = {}  # as an answer or the profile has them
        self._http = httpx.Client(
            transport=server.transport,
            base_url=server.url.rstrip("/") + server.profile.base,
            headers={"User-Agent": f"audit {who}", "Accept-Encoding": "identity"},
            trust_env=False,
        )

    @property
    def refresh_token(self) -> str:  # type: ignore[override]
        """The refresh token that it holds; empty without one."""
        return self._held("refresh")

    @property
    def has_credential(self) -> bool:
        return bool(self._held("access"))

    @property
    def access_ends(self) -> float | None:
        return self._ends("access")

    @property
    def refresh_ends(self) -> float | None:
        return self._ends("refresh")

    @property
    def ends(self) -> list[float]:
        """When what it holds is over, in epoch seconds; nothing where nobody says when."""
        found = (self._told_ends.get(name) or self._ends(name) for name in self._tokens)
        return [end for end in found if end is not None]

    def log_in(self) -> Heard:
        heard = self._do("log_in", f"{self._name} logs in", refused=_REFUSED)
        if heard.accepted and not self._held("access"):
            raise CannotTell(
                f"log_in: answered {heard.status} without {self._profile.credential.access},"
                " where credential.access says that it is"
            )
        return heard

    def me(self, title: str, *, record: bool = True) -> Heard:
        who = self._profile.who
        request = Request(path=who.path, method=who.method, headers=who.headers)
        response = self._send(request, title if record else None)
        self.server_timing = response.headers.get("Server-Timing", "")
        accepted, reason, body = self._judge(response)
        self._note(accepted=accepted)
        role = _found(body, who.role) if accepted and who.role else None
        return Heard(
            accepted,
            response.status_code,
            reason,
            None if role in (None, _MISSING) else _text(role),
            len(self._held("access").encode()),
        )

    def refresh(self, title: str) -> Heard:
        found = self._profile.refresh
        return self._do("refresh", title, refused=found.refused if found else ())

    def log_out(self) -> Heard:
        request = self._profile.log_out
        if request == "forget":
            return self._forget_alone()
        heard = self._do("log_out", f"{self._name} logs out")
        if isinstance(request, LogOut) and request.also:
            title = f"{self._name} logs out, the second request"
            self._done(self._send(request.also, title), "log_out.also", ok=request.also.ok)
        return self._forget(heard)

    def log_out_everywhere(self) -> Heard:
        title = f"{self._name} logs out everywhere"
        return self._forget(self._do("log_out_everywhere", title))

    def change_password(self) -> Heard:
        heard = self._do("change_password", f"{self._name} changes the password")
        account = self._account
        account.password, account.new_password = account.new_password, account.password
        self._must_count()
        return heard

    def sign_up(self) -> Heard:
        """Make the user."""
        return self._do("sign_up", f"{self._name} signs up")

    def steal_from(self, victim: "NetworkDevice") -> None:
        """Copy all that another device holds; a thief keeps a cookie beyond its end."""
        self._tokens = dict(victim._tokens)  # noqa: SLF001 - a thief does not ask
        given = self._profile.credential
        for cookie in victim._http.cookies.jar:  # noqa: SLF001
            if any(
                fnmatchcase(f"cookie:{cookie.name}", place)
                for place in (given.access, given.refresh)
            ):
                copied = copy(cookie)
                copied.expires = None
                self._http.cookies.jar.set_cookie(copied)

    def staff(self, request: Request, title: str) -> Heard:
        """Send a request of staff's, which brings its own credential."""
        return self._done(self._send(request, title), title, ok=request.ok)

    def close(self) -> None:
        """Forget everything."""
        self._http.cookies.clear()  # the transport is shared, and stays

    def _forget_alone(self) -> Heard:
        title = f"{self._name} forgets its credential: there is no log-out to ask for"
        self._transcript.record_change(title, {}, self._transcript.at_ms())
        self._http.cookies.clear()
        return self._forget(Heard(accepted=True, status=0))

    @property
    def _name(self) -> str:
        return "The thief" if self.who == "thief" else f"Device {self.who}"

    def _must_count(self) -> None:
        """Check that the new password is one: an answer of 200 may hold an error."""
        fresh = NetworkDevice(self.who, self._account, self._server, Transcript())
        try:
            counts = fresh.log_in().accepted
        finally:
            fresh.close()
        if not counts:
            raise CannotTell("change_password: the server agreed, but refuses the new password")

    def _do(self, key: str, title: str, *, refused: tuple[int, ...] = ()) -> Heard:
        request = getattr(self._profile, key)
        if not isinstance(request, Request):
            raise CannotTell(f"The profile has no {key}")
        response = self._send(request, title)
        heard = self._done(response, key, refused=refused, ok=request.ok)
        if heard.accepted:
            self._keep(response)
        return heard

    def _done(
        self,
        response: httpx.Response,
        key: str,
        *,
        refused: tuple[int, ...] = (),
        ok: list[int] | None = None,
    ) -> Heard:
        status = response.status_code
        if status in ok if ok else status < httpx.codes.BAD_REQUEST:
            self._note(accepted=True)
            return Heard(accepted=True, status=status)
        told = f"{key}: {response.url.path} answered {status}"
        if status in refused:
            self._note(accepted=False)
            return Heard(accepted=False, status=status, reason=told)
        wish = f", not {' or '.join(map(str, ok))}" if ok else ""
        raise CannotTell(f"{told}{wish}: it was not done")

    def _note(self, *, accepted: bool) -> None:
        # A status alone does not say it: some servers refuse by a redirect, and agree by a 401.
        if self._kept is not None:
            self._kept.response["accepted"] = accepted

    def _judge(self, response: httpx.Response) -> tuple[bool, str, Any]:
        """Whether ``who`` was accepted, why not, and the JSON that came.

        Raises:
            CannotTell: it is neither what an acceptance nor what a refusal looks like.
        """
        who, status = self._profile.who, response.status_code
        told = f"{who.path} answered {status}"
        location = response.headers.get("Location", "")
        if status in who.refused.status:
            return False, told, None
        if response.has_redirect_location:
            if who.refused.location and location.startswith(who.refused.location):
                return False, f"{told}, to {who.refused.location}", None
            raise CannotTell(
                f"{told}, a redirect to {self._server.masks.text(location)}: if that is its"
                " refusal, name it in who.refused.location"
            )
        if status >= httpx.codes.BAD_REQUEST:
            raise CannotTell(f"{told}: neither accepted nor refused")
        if who.refused.contains and who.refused.contains in response.text:
            return False, f"{told} with {who.refused.contains!r}", None
        return True, "", self._named(response, told)

    def _named(self, response: httpx.Response, told: str) -> Any:
        who, account = self._profile.who, self._account
        names = {account.username.lower(), account.email.lower()}
        try:
            body = json.loads(response.content)
        except (ValueError, RecursionError):
            body = None
        if who.contains and self._filled(who.contains) not in response.text:
            raise CannotTell(f"{told} without the text of who.contains")
        if who.name and _text(_found(body, who.name)).lower() not in names:
            raise CannotTell(f"{told}, but who.name ({who.name}) does not name the user in it")
        return body

    def _send(self, request: Request, title: str | None) -> httpx.Response:
        body = self._filled(request.json if request.json is not None else request.form)
        headers = {name: self._filled(text) for name, text in request.headers.items()}
        if request.credential and (send := self._profile.credential.send) and self.has_credential:
            name, _, value = self._filled(send).partition(":")
            headers[name] = value.strip()
        if request.method not in ("GET", "HEAD"):
            headers.setdefault("Origin", self._server.url.rstrip("/"))
            body = self._with_csrf(headers, body, is_form=request.form is not None)
        content: dict[str, Any] = {}
        if body is not None:
            content = {"json": body} if request.json is not None else {"data": body}
        built = self._http.build_request(
            request.method, self._filled(request.path), headers=headers, **content
        )
        at_ms = self._transcript.at_ms()
        response = self._http.send(built)
        self._remember(response)
        self._kept = None
        if title is not None:
            sent = (built, body)
            self._kept = exchange(self._server.masks, self.who, title, sent, response, at_ms)
            self._transcript.exchanges.append(self._kept)
        return response

    def _with_csrf(self, headers: dict[str, str], body: Any, *, is_form: bool) -> Any:
        csrf = self._profile.csrf
        if csrf is None or not (csrf.header or is_form):
            return body
        token = self._csrf_token(csrf)
        self._server.masks.add(token)
        if csrf.header:
            headers[csrf.header] = token
            return body
        return {**body, csrf.field: token}

    def _csrf_token(self, csrf: Csrf) -> str:
        if csrf.cookie and (known := self._cookie(csrf.cookie)):
            return known
        page = self._http.get(self._filled(csrf.source))
        self._remember(page)
        token = ""
        if csrf.cookie:
            token = self._cookie(csrf.cookie)
        elif csrf.json:
            with_json = page.json() if "json" in page.headers.get("Content-Type", "") else None
            token = _text(_found(with_json, csrf.json))
        else:
            token = _hidden(page.text, csrf.field)
        if not token:
            raise CannotTell(f"csrf.from: {page.url.path} answered {page.status_code} without it")
        return token

    def _keep(self, response: httpx.Response) -> None:
        for name in self._tokens:
            kind, _, where = getattr(self._profile.credential, name).partition(":")
            given: object = _MISSING
            if kind == "header":
                given = response.headers.get(where, _MISSING)
            elif kind == "json":
                body = _json(response)
                paths = (_found(body, path) for path in where.split("|"))
                given = next((value for value in paths if isinstance(value, str)), _MISSING)
            if isinstance(given, str) and given:
                self._tokens[name] = given
                self._server.masks.add(given)

        lives = self._profile.credential.lives
        if isinstance(lives, str):
            lives = _found(_json(response), lives.removeprefix("json:")) if lives else ""
        if (seconds := _seconds(lives)) is not None:
            self._told_ends["access"] = time.time() + seconds

    def _remember(self, response: httpx.Response) -> None:
        self._server.masks.add(*(str(one.value) for one in self._http.cookies.jar))

    def _forget(self, heard: Heard) -> Heard:
        # The answer itself tells the cookie jar to drop a cookie; tokens are up to the client.
        self._tokens = dict.fromkeys(self._tokens, "")
        return heard

    def _held(self, name: str) -> str:
        kind, _, where = getattr(self._profile.credential, name).partition(":")
        return self._cookie(where) if kind == "cookie" else self._tokens[name]

    def _cookie(self, name: str) -> str:
        found = (one.value for one in self._http.cookies.jar if fnmatchcase(one.name, name))
        return next(map(str, found), "")

    def _ends(self, name: str) -> float | None:
        if exp := peek(self._held(name))[1].get("exp"):
            return float(exp)
        kind, _, where = getattr(self._profile.credential, name).partition(":")
        if kind != "cookie":
            return None
        expires = [one.expires for one in self._http.cookies.jar if fnmatchcase(one.name, where)]
        return max(filter(None, expires), default=None)

    def _filled(self, found: Any) -> Any:
        """Texts with their placeholders filled in, however deep they lie."""
        if isinstance(found, Mapping):
            return {name: self._filled(value) for name, value in found.items()}
        if isinstance(found, list):
            return [self._filled(value) for value in found]
        return PLACEHOLDER.sub(self._value, found) if isinstance(found, str) else found

    def _value(self, placeholder: re.Match[str]) -> str:
        name = placeholder[1]
        if name.startswith("env:"):
            return from_environment(name.removeprefix("env:"), self._server.masks)
        return self._held(name) if name in self._tokens else str(getattr(self._account, name))


def from_environment(name: str, masks: Masks) -> str:
    """A value of the environment, which is masked from then on."""
    if name not in os.environ:
        raise ScenarioError(f"{name} is not set in the environment, and the profile asks for it")
    masks.add(os.environ[name])
    return os.environ[name]


def fresh_account(beginning: str, masks: Masks) -> Account:
    """A user who does not exist yet."""
    name = f"{beginning}{secrets.token_hex(5)}"
    passwords = [f"{secrets.token_urlsafe(15)}aA1!" for _ in range(2)]
    masks.add(*passwords)
    return Account(name, f"{name}@audit.example", *passwords)


def _found(body: Any, path: str) -> Any:
    """What lies at ``a.b.0`` in JSON."""
    for part in path.split("."):
        if isinstance(body, Mapping) and part in body:
            body = body[part]
        elif isinstance(body, list) and part.isdigit() and int(part) < len(body):
            body = body[int(part)]
        else:
            return _MISSING
    return body


def _json(response: httpx.Response) -> Any:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def _seconds(lives: object) -> float | None:
    """For how long something lives: a number of seconds, or a date in ISO 8601."""
    try:
        return float(lives)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        pass
    try:
        end = datetime.fromisoformat(str(lives))
    except ValueError:
        return None
    return (end if end.tzinfo else end.replace(tzinfo=UTC)).timestamp() - time.time()


def _text(found: object) -> str:
    return "" if found is _MISSING or found is None else str(found)


def _hidden(page: str, name: str) -> str:
    """The value of a form's hidden field."""
    for tag in re.findall(r"<input\b[^>]*>", page, re.IGNORECASE):
        attributes = dict(re.findall(r"""([\w-]+)\s*=\s*["']([^"']*)["']""", tag))
        if attributes.get("name") == name:
            return unescape(attributes.get("value", ""))
    return ""
