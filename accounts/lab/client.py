"""Who plays: two devices of a user and a thief, each an HTTP client of its own."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
from django.conf import settings
from django.utils.module_loading import import_string

from accounts.lab import masks
from accounts.lab import users as lab
from accounts.lab.transcript import Exchange, Who
from accounts.strategies import Family
from accounts.tokens.codec import peek
from accounts.tracing.recorder import wanted

if TYPE_CHECKING:
    from accounts.lab.environment import Stage

_CSRF = "/api/session/login/"
_UNDERSTOOD = (200, 201, 401)


class SceneBroken(Exception):
    """Something happened that is not part of the play."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back to a client."""

    status: int
    body: dict[str, Any]

    @property
    def accepted(self) -> bool:
        """Whether the server did what it was asked."""
        return self.status < 400  # noqa: PLR2004

    @property
    def role(self) -> str | None:
        """The fact served, where one was."""
        role = self.body.get("user", {}).get("role")
        return None if role is None else str(role)

    @property
    def reason(self) -> str:
        """The verdict in words."""
        return str(self.body.get("verdict", {}).get("reason", self.body.get("detail", "")))


class Actor:
    """One HTTP client: a device of the user, or the thief."""

    def __init__(self, who: Who, stage: Stage, *, server: int) -> None:
        self.who = who
        self.stage = stage
        self.access = ""
        self.refresh_token = ""
        self._server = server
        self._csrf: dict[str, str] = {}
        self._client = httpx.Client(
            transport=httpx.WSGITransport(app=import_string(settings.WSGI_APPLICATION)),
            base_url=_base_url(),
            headers={"User-Agent": f"lab {who}", "Origin": _base_url()},
            trust_env=False,
        )

    @property
    def _bearer(self) -> bool:
        return self.stage.strategy.family is not Family.SESSION

    @property
    def cookies(self) -> httpx.Cookies:
        """The client's cookie jar."""
        return self._client.cookies

    def log_in(self) -> Answer:
        """Log in with the user's password."""
        if not self._bearer:
            self._fetch_csrf()
        stage = self.stage
        body = {"username": stage.user.username, "password": stage.password}
        return self._keep(self._post("login/", f"{self._name} logs in", body))

    def _fetch_csrf(self) -> None:
        answer = self._send("GET", _CSRF, f"{self._name} fetches a CSRF token")
        self._csrf = {"X-CSRFToken": answer.body["csrf_token"]}

    def me(self, title: str, *, note: bool = True) -> Answer:
        """Ask who one is; unless it is to be noted, leave it out of the transcript."""
        path = f"{lab.PATH}{self.stage.strategy.slug}/me/"
        return self._send("GET", path, title, note=note)

    def refresh(self, title: str, *, lost: bool = False) -> Answer:
        """Spend the refresh token, and keep what comes back, unless that gets lost on the way."""
        answer = self._post("refresh/", title, {"refresh": self.refresh_token})
        return answer if lost else self._keep(answer)

    def log_out(self) -> Answer:
        """Log out this device."""
        return self._forget(self._post("logout/", f"{self._name} logs out"))

    def log_out_everywhere(self) -> Answer:
        """Log out all devices of the user."""
        return self._forget(self._post("logout-everywhere/", f"{self._name} logs out everywhere"))

    def change_password(self) -> Answer:
        """Change the user's password; this device stays logged in."""
        return self._keep(self._post("password/", f"{self._name} changes the password"))

    def steal_from(self, victim: Actor) -> None:
        """Copy all that another client holds.

        A browser forgets a cookie on the day that it is told. A thief does not: it is for the
        server to refuse it then.
        """
        self.access, self.refresh_token = victim.access, victim.refresh_token
        for cookie in victim.cookies.jar:
            if cookie.name == self._cookie_name:
                copied = copy(cookie)
                copied.expires = None
                self.cookies.jar.set_cookie(copied)

    @property
    def has_credential(self) -> bool:
        """Whether it still holds what it was given when it logged in."""
        return bool(self.access) or any(one.name == self._cookie_name for one in self.cookies.jar)

    @property
    def _cookie_name(self) -> str:
        return lab.cookie_name(self.stage.strategy.slug)

    @property
    def access_ends(self) -> float | None:
        """When the access token expires, in epoch seconds; None where it does not say."""
        return peek(self.access)[1].get("exp")

    @property
    def refresh_ends(self) -> float | None:
        """The same for the refresh token."""
        return peek(self.refresh_token)[1].get("exp")

    def close(self) -> None:
        """Close the client."""
        self._client.close()

    @property
    def _name(self) -> str:
        return "The thief" if self.who == "thief" else f"Device {self.who}"

    def _post(self, action: str, title: str, body: dict[str, str] | None = None) -> Answer:
        path = f"{lab.PATH}{self.stage.strategy.slug}/{action}"
        return self._send("POST", path, title, body)

    def _keep(self, answer: Answer) -> Answer:
        self.access = answer.body.get("access", self.access)
        self.refresh_token = answer.body.get("refresh", self.refresh_token)
        return answer

    def _forget(self, answer: Answer) -> Answer:
        """What the answer told a browser to do with its cookie, an API client does by itself."""
        self.access = self.refresh_token = ""
        return answer

    def _send(
        self,
        method: str,
        path: str,
        title: str,
        body: dict[str, str] | None = None,
        *,
        note: bool = True,
    ) -> Answer:
        headers = dict(self._csrf) if method == "POST" else {}
        if self.access and "refresh" not in (body or {}):  # a refresh token speaks for itself
            headers["Authorization"] = f"Bearer {self.access}"
        request = self._client.build_request(method, path, headers=headers, json=body)
        at = self.stage.at_ms()
        with lab.playing(self.stage.servers[self._server]), wanted():
            response = self._client.send(request)
        self.stage.keys.update(str(cookie.value) for cookie in self.cookies.jar)
        answer = _answer(path, response)
        if note:
            self.stage.note(_exchange(self.who, title, request, body, answer, at))
        return answer


def _base_url() -> str:
    host = settings.ALLOWED_HOSTS[0].lstrip(".") if settings.ALLOWED_HOSTS else "localhost"
    return f"{'http' if settings.DEMO else 'https'}://{'localhost' if host == '*' else host}"


def _answer(path: str, response: httpx.Response) -> Answer:
    try:
        body = response.json()
    except ValueError:
        body = None
    if response.status_code not in _UNDERSTOOD or not isinstance(body, dict):
        detail = body.get("detail", "") if isinstance(body, dict) else ""
        raise SceneBroken(f"{path} answered {response.status_code} {detail}".rstrip())
    return Answer(response.status_code, body)


def _exchange(
    who: Who,
    title: str,
    request: httpx.Request,
    body: dict[str, str] | None,
    answer: Answer,
    at_ms: float,
) -> Exchange:
    shown = {name: value for name, value in answer.body.items() if name != "trace"}
    return Exchange(
        who=who,
        title=title,
        request={
            "method": request.method,
            "path": request.url.path,
            "headers": masks.headers(request.headers),
            "body": masks.body(body),
        },
        response={"status": answer.status, "body": masks.body(shown)},
        trace=answer.body.get("trace"),
        at_ms=at_ms,
    )
