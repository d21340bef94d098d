"""What keeps an audit from doing harm: whom it may ask, how often, how much, for how long."""

import ipaddress
import time
from collections.abc import Callable
from threading import Lock
from urllib.parse import urlsplit

import httpx

from accounts.lab.transcript import ScenarioError

PER_SECOND = 5  # requests to a host that is not this machine
IN_ALL = 200  # the same, for one audit
ANSWER_BYTES = 1_000_000
REST = 15.0  # seconds that a server may ask us to wait (Retry-After)


class NotAllowed(Exception):
    """This host may not be asked; the text says what to do."""


class CannotTell(ScenarioError):
    """The answer is neither an acceptance nor a refusal."""


class Stuck(CannotTell):
    """The server hangs, is away, or has been asked enough: to go on makes no sense."""


def is_loopback(url: str) -> bool:
    """Whether an address names this machine, without asking a name server, which may lie."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def must_be_allowed(url: str, allowed: str | None) -> None:
    """Check that an address is this machine's, or that its host was named once more.

    Raises:
        NotAllowed: it is neither.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotAllowed(f"{url} is no address: give http://HOST:PORT")
    if parts.username or parts.password:
        raise NotAllowed("Leave the password out of the address: it is seen in the process list")
    if not is_loopback(url) and parts.hostname != (allowed or "").lower():
        raise NotAllowed(
            f"{parts.hostname} is not this machine. Where you may test it, say so:"
            f" --i-may-test {parts.hostname}"
        )


class Limited(httpx.BaseTransport):
    """Sends within limits: few requests to a host elsewhere, short answers, no endless waiting.

    ``timeout``: seconds for a whole answer. One of it is shared by all clients of an audit.
    """

    def __init__(
        self,
        *,
        is_local: bool,
        timeout: float,
        inner: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.sent = 0
        self._is_local = is_local
        self._timeout = timeout
        self._inner = inner or httpx.HTTPTransport()
        self._pause = pause
        self._next = 0.0
        self._lock = Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._ask(request)
        if response.status_code != httpx.codes.TOO_MANY_REQUESTS:
            return response
        self._rest(request, response)
        return self._ask(request)

    def _rest(self, request: httpx.Request, response: httpx.Response) -> None:
        asked = response.headers.get("Retry-After", "")
        if not asked.isdigit() or int(asked) > REST:
            wish = f"asks for {asked} s of rest" if asked.isdigit() else "does not say for how long"
            raise CannotTell(f"{request.url.path} answered 429, too many requests, and {wish}")
        self._pause(float(asked))

    def _ask(self, request: httpx.Request) -> httpx.Response:
        self._take_turn()
        where = f"{request.method} {request.url.path}"
        try:
            return self._read(request, time.monotonic() + self._timeout)
        except httpx.TimeoutException:
            raise Stuck(f"{where} got no whole answer within {self._timeout:g} s") from None
        except httpx.TransportError as error:
            raise Stuck(f"{where} got no answer: {str(error) or type(error).__name__}") from None

    def _take_turn(self) -> None:
        with self._lock:
            self.sent += 1
            if self._is_local:
                return
            if self.sent > IN_ALL:
                raise Stuck(f"{IN_ALL} requests are the limit for a host elsewhere")
            now = time.monotonic()
            wait, self._next = self._next - now, max(now, self._next) + 1 / PER_SECOND
        if wait > 0:
            self._pause(wait)

    def _read(self, request: httpx.Request, deadline: float) -> httpx.Response:
        """Read all of an answer: a server that drips byte by byte resets each time-out of httpx."""
        request.extensions["timeout"] = httpx.Timeout(self._timeout).as_dict()
        response, body = self._inner.handle_request(request), bytearray()
        try:
            for part in response.stream:  # type: ignore[union-attr]  # not asynchronous
                body += part
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("slow")
                if len(body) > ANSWER_BYTES:
                    raise CannotTell(f"{request.url.path} answered more than a megabyte")
        finally:
            response.close()
        return httpx.Response(response.status_code, headers=response.headers, content=bytes(body))

    def close(self) -> None:
        self._inner.close()
