"""HTTP clients of the cast: a browser with a cookie, a program with a pair of tokens."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypeAlias

import httpx
from django.test import Client

from accounts.lab.users import LabUser
from accounts.lab.wire import auth_headers, cookie_name
from accounts.strategies import Strategy
from accounts.tokens.possession import nonces
from accounts.tokens.proofs import ProofKey
from accounts.tokens.realm import lab_realm
from tests.cast import PASSWORD

Json: TypeAlias = dict[str, Any]

# Nothing is asked over TLS here, and each client of its own would load all authorities: 20 ms.
NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def let_go(response: Any) -> None:
    """Close the file of a static response; ``close()`` would close the database too."""
    for close in response._resource_closers:
        close()


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


class Api(httpx.Client):
    """A client of the site's API that keeps its cookies, as a browser does."""

    def __init__(self, **options: Any) -> None:
        # A machine that is busy with other tests may take longer than the usual five seconds.
        super().__init__(**{"verify": NO_AUTHORITIES, "timeout": 60, **options})

    def csrf(self) -> dict[str, str]:
        """The header that unsafe requests by cookie need."""
        return {"X-CSRFToken": self.get("/api/session/login/").json()["csrf_token"]}

    def log_in(self, username: str, password: str = PASSWORD) -> httpx.Response:
        """Log in by cookie."""
        body = {"username": username, "password": password}
        return self.post("/api/session/login/", json=body, headers=self.csrf())

    def log_out(self) -> httpx.Response:
        """Log out by cookie."""
        return self.post("/api/session/logout/", headers=self.csrf())

    def log_in_by_token(self, username: str, password: str = PASSWORD) -> httpx.Response:
        """Log in by token."""
        return self.post("/api/token/", json={"username": username, "password": password})

    def pair(self, username: str, password: str = PASSWORD) -> tuple[str, str]:
        """A new access and refresh token."""
        body = self.log_in_by_token(username, password).json()
        return body["access"], body["refresh"]

    def send(self, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        """Send a request; whatever it holds, the server must not fail."""
        response = super().send(request, **kwargs)
        assert response.status_code < 500, response.text
        return response

    def me(self, token: str | None = None) -> httpx.Response:
        """Who am I, by token if there is one, else by cookie?"""
        return self.get("/api/me/", headers=bearer(token) if token else {})


@dataclass
class LabDevice:
    """One device under one strategy of the lab, in process: it keeps its cookie or its tokens."""

    strategy: type[Strategy]
    client: Client = field(default_factory=Client)
    access: str = ""
    refresh: str = ""
    key: ProofKey = field(default_factory=ProofKey)

    def url(self, action: str) -> str:
        """The address of an action."""
        return f"/api/lab/{self.strategy.slug}/{action}/"

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a GET request to ``me``."""
        return self.sent("GET", "me", self.access)

    def sent(self, method: str, action: str, token: str) -> dict[str, str]:
        """The header with a token, if there is one, and a proof of the key where it needs one."""
        headers = {} if self.strategy.in_cookie or not token else auth_headers(self.strategy, token)
        if self.strategy.bound:
            url, nonce = f"http://testserver{self.url(action)}", nonces(lab_realm())[0]
            headers["DPoP"] = self.key.proof(method, url, token=token, nonce=nonce)
        return headers

    @property
    def credential(self) -> str:
        """What this device sends with each request."""
        if not self.strategy.in_cookie:
            return self.access
        return self.client.cookies[cookie_name(self.strategy.slug)].value

    def _post(self, action: str, body: Mapping[str, object] | None = None) -> Json:
        headers = self.sent("POST", action, "" if action == "refresh" else self.access)
        response = self.client.post(
            self.url(action), body or {}, content_type="application/json", headers=headers
        )
        return {"status": response.status_code, **response.json()}

    def log_in(self, lab_user: LabUser) -> Json:
        """Log in and keep the credential."""
        body = {"username": lab_user.user.username, "password": lab_user.password}
        answer = self._post("login", body)
        self.access, self.refresh = answer.get("access", ""), answer.get("refresh", "")
        return answer

    def logged_in(self, lab_user: LabUser) -> Self:
        """Log in; this device."""
        assert self.log_in(lab_user)["status"] == 200
        return self

    def me(self) -> Json:
        """Send a request."""
        response = self.client.get(self.url("me"), headers=self.headers)
        return {"status": response.status_code, **response.json()}

    def log_out(self) -> Json:
        """Log out."""
        return self._post("logout")

    def renew(self) -> Json:
        """Spend the refresh token."""
        return self._post("refresh", {"refresh": self.refresh})

    def copy(self) -> str:
        """What the thief copies."""
        return str(self._post("thief/copy")["copy"])

    def replay(self, copy: str) -> Json:
        """What the thief's copy gets."""
        return self._post("thief/replay", {"copy": copy})
