"""What asks the processes in a drill: a device that logs in and out, and eyes that look on."""

import base64
import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from accounts.cluster.resource_server import ResourceServer
from accounts.strategies import Strategy, strategies

if TYPE_CHECKING:
    import httpx

OK, UNAUTHORIZED, FORBIDDEN, UNAVAILABLE = 200, 401, 403, 503
_TIMEOUT = 10.0  # seconds
_PAUSE = 0.002  # seconds between an answer and the next question


class Device:
    """Something that is logged in at the site, and a copy of what it sends."""

    def __init__(
        self, site: str, path: str, headers: dict[str, str], log_out: Callable[[str], Any]
    ) -> None:
        self.site = site
        self.path = path
        self.headers = headers
        self._log_out = log_out

    def log_out(self, site: str = "") -> float:
        """Log out at a process; the moment at which that was acknowledged, of ``perf_counter``."""
        self._log_out(site or self.site)
        return time.perf_counter()

    def ask(self, site: str) -> int:
        """The status that a process answers the copy with."""
        with Asker(site, self.path, self.headers) as asker:
            return asker.ask()


def expiry_of(headers: Mapping[str, str]) -> float:
    """When the bearer token of a device expires, as it says itself: seconds since 1970."""
    payload = headers["Authorization"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return float(claims["exp"])


class OwnServer:
    """A resource server in the drill's own process: the same program, with settings of its own."""

    def __init__(self, site: str, **settings: str) -> None:
        self._application = ResourceServer({"ISSUER_URL": site, **settings})

    @property
    def questions(self) -> int:
        """How often it has asked the site about a token."""
        return self._application.questions

    def ask(self, device: Device) -> int:
        """The status that it answers the device's copy with."""
        statuses: list[str] = []
        environ = {"HTTP_AUTHORIZATION": device.headers["Authorization"]}
        self._application(environ, lambda status, _headers: statuses.append(status))
        return int(statuses[0].split()[0])


class Asker:
    """One connection that asks the same question again and again."""

    def __init__(self, address: str, path: str, headers: dict[str, str]) -> None:
        url = urlsplit(address)
        self._connection = http.client.HTTPConnection(
            url.hostname or "", url.port, timeout=_TIMEOUT
        )
        self._path = path
        self._headers = headers

    def ask(self) -> int:
        """The status of the answer; 0 where there was none."""
        try:
            self._connection.request("GET", self._path, headers=self._headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return 0
        return answer.status

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def ways_to_copy() -> list[type[Strategy]]:
    """The lab's ways under which what a device sends can be sent again, as drills do."""
    return [strategy for strategy in strategies if not strategy.bound]


@cache
def _tls() -> ssl.SSLContext:
    """Made once: httpx makes one for each client, and none is used."""
    return ssl.create_default_context()


def lab_device(site: str, strategy: type[Strategy]) -> Device:
    """A device of a new throwaway user, logged in at a process under a strategy of the lab."""
    import httpx  # late, as the lab does

    root = f"/api/lab/{strategy.slug}"
    with httpx.Client(verify=_tls(), timeout=_TIMEOUT) as client:
        user = _good(client.post(f"{site}/api/lab/users/"))
        body = {"username": user["username"], "password": user["password"]}
        needed = _csrf(client, site) if strategy.in_cookie else {}
        answer = _good(client.post(f"{site}{root}/login/", json=body, headers=needed))
        cookies = client.cookies
    if not strategy.in_cookie:
        headers = sent = _bearer(answer["access"])
    else:
        headers, sent = _cookies(cookies, f"lab-{strategy.slug}"), {}

    def log_out(site: str) -> None:
        with httpx.Client(verify=_tls(), timeout=_TIMEOUT, cookies=cookies) as client:
            needed = _csrf(client, site) if strategy.in_cookie else {}
            _good(client.post(f"{site}{root}/logout/", headers={**sent, **needed}))

    return Device(site, f"{root}/me/", headers, log_out)


def token_device(site: str, account: tuple[str, str]) -> Device:
    """A device of an account of the site itself, which holds a token."""
    import httpx

    body = dict(zip(("username", "password"), account, strict=True))
    pair = _good(httpx.post(f"{site}/api/token/", json=body, timeout=_TIMEOUT, verify=_tls()))
    end = {"refresh": pair["refresh"]}

    def log_out(site: str) -> None:
        _good(httpx.post(f"{site}/api/token/blacklist/", json=end, timeout=_TIMEOUT, verify=_tls()))

    return Device(site, "/api/me/", _bearer(pair["access"]), log_out)


def session_device(site: str, account: tuple[str, str]) -> Device:
    """A device of an account of the site itself, which holds a session's cookie."""
    import httpx

    body = dict(zip(("username", "password"), account, strict=True))
    with httpx.Client(verify=_tls(), timeout=_TIMEOUT) as client:
        _good(client.post(f"{site}/api/session/login/", json=body, headers=_csrf(client, site)))
        cookies = client.cookies

    def log_out(site: str) -> None:
        with httpx.Client(verify=_tls(), timeout=_TIMEOUT, cookies=cookies) as client:
            _good(client.post(f"{site}/api/session/logout/", headers=_csrf(client, site)))

    return Device(site, "/api/me/", _cookies(cookies), log_out)


def _cookies(cookies: "httpx.Cookies", prefix: str = "") -> dict[str, str]:
    """The header with those cookies whose name begins so."""
    found = [f"{each.name}={each.value}" for each in cookies.jar if each.name.startswith(prefix)]
    return {"Cookie": "; ".join(found)}


def _csrf(client: "httpx.Client", site: str) -> dict[str, str]:
    """The header that unsafe requests by cookie need."""
    return {"X-CSRFToken": _good(client.get(f"{site}/api/session/login/"))["csrf_token"]}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _good(answer: "httpx.Response") -> dict[str, Any]:
    answer.raise_for_status()
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found


@dataclass(frozen=True, slots=True)
class Sample:
    """One question: when it was sent and answered (``perf_counter``), and the status."""

    sent: float
    answered: float
    status: int


@dataclass
class Eye:
    """Asks one place every few milliseconds, in a thread of its own."""

    name: str
    address: str
    path: str
    headers: dict[str, str] = field(repr=False)
    samples: list[Sample] = field(default_factory=list)

    def look(self, until: threading.Event) -> None:
        """Ask until the event."""
        with Asker(self.address, self.path, self.headers) as asker:
            while not until.is_set():
                sent = time.perf_counter()
                status = asker.ask()
                self.samples.append(Sample(sent, time.perf_counter(), status))
                time.sleep(_PAUSE)

    def accepted_after(self, moment: float) -> list[Sample]:
        """What was sent after a moment and accepted."""
        return [each for each in self.samples if each.sent >= moment and each.status == OK]

    def has_settled(self, moment: float, status: int, times: int = 3) -> bool:
        """Whether the last questions after a moment all had this answer."""
        last = [each.status for each in self.samples if each.sent >= moment][-times:]
        return last == [status] * times


class Eyes:
    """Several eyes that look at the same time, while the block lasts."""

    def __init__(self, eyes: Sequence[Eye]) -> None:
        self.eyes = eyes
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=eye.look, args=[self._over], name=eye.name, daemon=True)
            for eye in eyes
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait until something holds, at most so long; whether it does."""
        end = time.perf_counter() + seconds
        while not condition() and time.perf_counter() < end:
            time.sleep(_PAUSE)
        return condition()
