"""An HTTP client of a scenario: a device of the user, or the thief."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.lab.instances import serving
from accounts.lab.stage import Device
from accounts.lab.transcript import Answer, Transcript, Who
from accounts.lab.users import LabUser
from accounts.lab.wire import auth_headers, cookie_name, lab_path
from accounts.strategies import Strategy
from accounts.tokens.codec import peek
from accounts.tokens.proofs import ProofKey
from accounts.tracing.recorder import wanted

if TYPE_CHECKING:
    import httpx

_CSRF_PATH = "/api/session/login/"


class Client(Device):
    """Sends what a device or the thief sends, and keeps what it is given. ``server`` judges it."""

    def __init__(self, who: Who, user: LabUser, server: Strategy, transcript: Transcript) -> None:
        # To load it takes a quarter of a second, and a server may never play a scenario.
        import httpx

        self.who = who
        self.server = server
        self.access = ""
        self.refresh_token = ""
        self.session_keys: set[str] = set()  # all that it was ever given
        self.refresh_jtis: set[str] = set()  # the same
        self.outage: Callable[[], AbstractContextManager[object]] | None = None
        self.key = ProofKey() if server.bound else None
        self._nonce = ""  # the server's last word for proofs
        self._user = user
        self._transcript = transcript
        self._csrf: dict[str, str] = {}
        self._transport = httpx.WSGITransport(app=import_string(settings.WSGI_APPLICATION))
        self._http = httpx.Client(
            transport=self._transport,
            base_url=_base_url(),
            headers={"User-Agent": f"lab {who}", "Origin": _base_url()},
            trust_env=False,
        )

    @property
    def cookies(self) -> "httpx.Cookies":
        """The client's cookie jar."""
        return self._http.cookies

    @property
    def has_credential(self) -> bool:
        return bool(self.credential)

    @property
    def credential(self) -> str:
        """What it sends with each request; empty where it holds nothing."""
        cookies = (one.value for one in self.cookies.jar if one.name == self._cookie_name)
        return self.access or next(cookies, None) or ""

    @property
    def access_ends(self) -> float | None:
        return peek(self.access)[1].get("exp")

    @property
    def refresh_ends(self) -> float | None:
        return peek(self.refresh_token)[1].get("exp")

    def log_in(self) -> Answer:
        if self.server.in_cookie:
            answer = self._send("GET", _CSRF_PATH, f"{self._name} fetches a CSRF token")
            self._csrf = {"X-CSRFToken": answer.body["csrf_token"]}
        body = {"username": self._user.username, "password": self._user.password}
        return self._keep(self._post("login", f"{self._name} logs in", body))

    def me(self, title: str, *, record: bool = True) -> Answer:
        return self._send("GET", lab_path(self.server.slug, "me"), title, record=record)

    def refresh(self, title: str, *, lost: bool = False) -> Answer:
        """Spend the refresh token, and keep what comes back, unless that gets lost on the way."""
        answer = self._post("refresh", title, {"refresh": self.refresh_token})
        return answer if lost else self._keep(answer)

    def log_out(self) -> Answer:
        return self._forget(self._post("logout", f"{self._name} logs out"))

    def log_out_everywhere(self) -> Answer:
        return self._forget(self._post("logout-everywhere", f"{self._name} logs out everywhere"))

    def change_password(self) -> Answer:
        return self._keep(self._post("password", f"{self._name} changes the password"))

    def change_password_elsewhere(self, title: str) -> Answer:
        """Send what a page of another site asks for: cookies go along, no header of ours does."""
        own, self._csrf = self._csrf, {"Origin": "https://evil.example"}
        try:
            return self._post("password", title)
        finally:
            self._csrf = own

    def steal_from(self, victim: "Client", made: str | None = None) -> None:
        """Copy all that another client holds; ``made`` is what the thief sends in its place.

        A browser drops a cookie when it expires. A thief does not: the server has to refuse it.
        """
        self.access, self.refresh_token = victim.access, victim.refresh_token
        if made is not None:
            self.access, self.refresh_token = made if victim.access else "", ""
        for cookie in victim.cookies.jar:
            if cookie.name == self._cookie_name:
                copied = copy(cookie)
                copied.expires = None
                copied.value = copied.value if made is None else made
                self.cookies.jar.set_cookie(copied)

    def change_network(self, address: str) -> None:
        """Go on from another address, as a telephone does that leaves its Wi-Fi."""
        self._transport.remote_addr = address

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
        # A refresh token speaks for itself.
        token = "" if "refresh" in (body or {}) else self.access
        headers = dict(self._csrf) if method == "POST" else {}
        if token:
            headers |= auth_headers(self.server, token)

        def ask() -> "tuple[httpx.Request, httpx.Response]":
            proved = headers | self._proved(method, path, token)
            request = self._http.build_request(method, path, headers=proved, json=body)
            response = self._http.send(request)
            self._nonce = response.headers.get("DPoP-Nonce", self._nonce)
            return request, response

        at_ms = self._transcript.at_ms()
        with serving(self.server), wanted(), (self.outage or nullcontext)():
            request, response = ask()
            if "use_dpop_nonce" in response.headers.get("WWW-Authenticate", ""):
                request, response = ask()  # with the word that came along
            answer = Answer.from_response(response, self._may_get(request))
        self.session_keys.update(str(cookie.value) for cookie in self.cookies.jar)
        if jti := peek(answer.body.get("refresh", ""))[1].get("jti"):
            self.refresh_jtis.add(str(jti))
        if record:
            self._transcript.record(self.who, title, request, body, answer, at_ms)
        return answer

    def _proved(self, method: str, path: str, token: str) -> dict[str, str]:
        """The header with a proof for this request, where there is a key."""
        if self.key is None:
            return {}
        url = f"{_base_url()}{path}"
        return {"DPoP": self.key.proof(method, url, token=token, nonce=self._nonce)}

    def _may_get(self, request: "httpx.Request") -> tuple[int, ...]:
        """The statuses beside the usual ones: of a store that is away, of a missing CSRF token."""
        is_ours = request.headers["Origin"] == _base_url()
        return () if is_ours and self.outage is None else (403,) if self.outage is None else (503,)


def _base_url() -> str:
    host = settings.ALLOWED_HOSTS[0].lstrip(".") if settings.ALLOWED_HOSTS else "localhost"
    return f"{'http' if settings.DEMO else 'https'}://{'localhost' if host == '*' else host}"
