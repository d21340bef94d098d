"""Devices of the site's users, in process: a browser with a cookie, a program with tokens."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from django.conf import settings
from django.test import Client

from accounts.models import Login, User
from accounts.tokens.codec import peek
from tests.cast import PASSWORD
from tests.clients import bearer

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

Carrier = Literal["session", "jwt"]
CARRIERS: tuple[Carrier, ...] = ("session", "jwt")

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:121.0) Gecko/20100101 Firefox/121.0"


@dataclass
class Device:
    """One client that can log in; CSRF counts for it as it does for a browser."""

    carrier: Carrier
    agent: str = FIREFOX
    access: str = ""
    refresh: str = ""
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"User-Agent": self.agent})

    def send(self, method: str, path: str, body: object = None, **extra: str) -> "Response":
        """Send a request with this device's credential, and the CSRF token if it is a cookie."""
        headers = bearer(self.access) if self.access else {}
        if self.carrier == "session" and method != "GET":
            headers["X-CSRFToken"] = self.csrf()
        return self.client.generic(
            method,
            path,
            *(() if body is None else (json.dumps(body), "application/json")),
            headers={**headers, **extra},
        )

    def csrf(self) -> str:
        """A CSRF token for this browser."""
        return str(self.client.get("/api/session/login/").json()["csrf_token"])

    def log_in(self, user: User, password: str = PASSWORD, **more: object) -> "Device":
        """Log in; this device."""
        path = "/api/session/login/" if self.carrier == "session" else "/api/token/"
        body = {"username": user.username, "password": password, **more}
        answer = self.send("POST", path, body)
        assert answer.status_code == 200, answer.content
        if self.carrier == "jwt":
            self.keep(answer.json())
        return self

    def keep(self, pair: dict[str, str]) -> None:
        """Hold these tokens from now on."""
        self.access, self.refresh = pair["access"], pair["refresh"]

    def renew(self, token: str | None = None) -> "Response":
        """Spend a refresh token, by default the one it holds; it keeps what it gets."""
        answer = self.send("POST", "/api/token/refresh/", {"refresh": token or self.refresh})
        if answer.status_code == 200:
            self.keep(answer.json())
        return answer

    def is_in(self) -> bool:
        """Whether the credential that it holds is accepted."""
        status = self.send("GET", "/api/me/").status_code
        assert status in (200, 401)
        return status == 200

    @property
    def login(self) -> Login:
        """The login that it has."""
        if self.carrier == "jwt":
            return Login.objects.get(pk=peek(self.access)[1]["sid"])
        return Login.objects.get(pk=self.send("GET", "/api/me/").json()["login"])

    @property
    def cookie(self) -> str:
        """The value of its session cookie; empty without one."""
        morsel = self.client.cookies.get(settings.SESSION_COOKIE_NAME)
        return morsel.value if morsel else ""


def stolen(device: Device) -> Device:
    """A thief's device with a copy of the credential."""
    thief = Device(device.carrier, "curl/8.0", device.access, device.refresh)
    if device.carrier == "session":
        thief.client.cookies[settings.SESSION_COOKIE_NAME] = device.cookie
    return thief
