"""A service that cannot ask: a small WSGI program that is sent tokens of the site.

It has no database and none of the site's secrets. It knows the site's public keys, which it fetches
from ``/.well-known/jwks.json``, or, in its second mode, a name and a secret for
``/oauth/introspect/``. Its environment, all of it:

- ``ISSUER_URL``: where the site is; ``ISSUER``: the ``iss`` of its tokens, ``authdemo``.
- ``MODE``: ``keys`` (the default) or ``introspection``, with ``CREDENTIALS`` as ``name:secret``.
- ``CACHE_SECONDS``: how long keys, or answers to a question, are believed: 300, or 0.
- ``UNKNOWN_KEY``: ``wait`` until the keys are fetched anew, or ``ask`` at once for one not known.
- ``LEEWAY``: seconds that its clock and the site's may differ; ``CLOCK``: seconds that its clock
  is ahead of this machine's (for the drill of the clocks).

``GET /`` with a bearer token answers 200 and whose it is, or 401 and why not; 503 where it has to
ask and gets no answer.
"""

import base64
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from joserfc.util import json_b64decode

Json = dict[str, Any]
_ALGORITHMS = ["EdDSA", "ES256", "RS256"]  # never HS256: whoever checks it could sign with it
_TIMEOUT = 2.0  # seconds for the site's answer
_MAX_ENTRIES = 10_000


class _Registry(JWSRegistry):
    def get_alg(self, name: str) -> Any:
        # joserfc warns of EdDSA, which RFC 9864 renames; it is the name that clients know.
        if name not in _ALGORITHMS:
            raise UnsupportedAlgorithmError(f"{name} is not used here")
        return self.algorithms[name]


_REGISTRY = _Registry(algorithms=_ALGORITHMS)


class NotAccepted(Exception):
    """A token that does not hold; the text says why."""


class CannotAsk(Exception):
    """The site does not answer, and nothing that is known decides."""


class Keys:
    """The site's public keys, fetched anew once they are older than ``seconds``.

    While the site does not answer, the old ones hold: that is what a signature is good for.
    """

    def __init__(self, url: str, seconds: float, *, asks_again: bool) -> None:
        self._url = url
        self._seconds = seconds
        self._asks_again = asks_again
        self._lock = threading.Lock()
        self._fetched = float("-inf")
        self._keys: KeySet | None = None
        self._ids: set[str] = set()

    def all(self, kid: object) -> KeySet:
        """The keys to look for ``kid`` in.

        Raises:
            CannotAsk: none were ever fetched.
        """
        with self._lock:
            is_old = time.monotonic() - self._fetched >= self._seconds
            if is_old or (self._asks_again and kid not in self._ids):
                self._fetch()
            if self._keys is None:
                raise CannotAsk
            return self._keys

    def _fetch(self) -> None:
        try:
            found = _json(Request(f"{self._url}/.well-known/jwks.json"))  # noqa: S310
        except CannotAsk:
            return
        self._keys = KeySet.import_key_set({"keys": found["keys"]})
        self._ids = {key["kid"] for key in found["keys"]}
        self._fetched = time.monotonic()


class BySignature:
    """Accepts what the site has signed until it expires: nobody tells it of a log-out."""

    def __init__(self, environment: Mapping[str, str], seconds: float) -> None:
        asks_again = environment.get("UNKNOWN_KEY", "wait") == "ask"
        self._keys = Keys(environment["ISSUER_URL"], seconds, asks_again=asks_again)
        self._issuer = environment.get("ISSUER", "authdemo")
        self._leeway = float(environment.get("LEEWAY", "0"))
        self._ahead = float(environment.get("CLOCK", "0"))

    def claims(self, token: str) -> Json:
        """The claims of a token that holds.

        Raises:
            NotAccepted: it does not.
            CannotAsk: there are no keys yet.
        """
        try:
            kid = json_b64decode(token.encode().split(b".", 1)[0]).get("kid")
            signed = jws.deserialize_compact(token, self._keys.all(kid), registry=_REGISTRY)
            claims: Json = json.loads(signed.payload or b"")
        except (JoseError, ValueError, AttributeError, TypeError):
            raise NotAccepted("No key of the site has signed this") from None
        self._judge(claims)
        return claims

    def _judge(self, claims: Json) -> None:
        now = time.time() + self._ahead
        if claims.get("iss") != self._issuer or claims.get("aud") != f"{self._issuer}:site":
            raise NotAccepted("This token is for somebody else")
        if claims.get("token_type") != "access":
            raise NotAccepted("This is no access token")
        if now >= claims["exp"] + self._leeway:
            raise NotAccepted("This token has expired")
        if now < claims["iat"] - self._leeway:
            raise NotAccepted("This token comes from the future: is a clock wrong?")


class ByQuestion:
    """Asks the site about each token (RFC 7662), and believes the answer for ``seconds``."""

    def __init__(self, environment: Mapping[str, str], seconds: float) -> None:
        self._url = f"{environment['ISSUER_URL']}/oauth/introspect/"
        self._basic = base64.b64encode(environment["CREDENTIALS"].encode()).decode()
        self._seconds = seconds
        self.questions = 0
        self._known: dict[str, tuple[float, Json]] = {}

    def claims(self, token: str) -> Json:
        """What the site says of a token that holds.

        Raises:
            NotAccepted: it does not hold.
            CannotAsk: the site does not answer.
        """
        until, answer = self._known.get(token, (0.0, {}))
        if time.monotonic() >= until:
            answer = self._ask(token)
            if len(self._known) >= _MAX_ENTRIES:
                self._known.clear()
            self._known[token] = (time.monotonic() + self._seconds, answer)
        if not answer.get("active"):
            raise NotAccepted("The site says that this token does not hold")
        return answer

    def _ask(self, token: str) -> Json:
        self.questions += 1
        headers = {"Authorization": f"Basic {self._basic}"}
        form = urlencode({"token": token}).encode()
        return _json(Request(self._url, data=form, headers=headers))  # noqa: S310 - the site's


def _json(request: Request) -> Json:
    try:
        with urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - the site's address
            found: Json = json.load(answer)
    except (URLError, OSError, ValueError):
        raise CannotAsk from None
    return found


class ResourceServer:
    """The WSGI application."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        asks = environment.get("MODE", "keys") == "introspection"
        seconds = float(environment.get("CACHE_SECONDS", "0" if asks else "300"))
        self._judge: BySignature | ByQuestion = (ByQuestion if asks else BySignature)(
            environment, seconds
        )

    @property
    def questions(self) -> int:
        """How often it has asked the site about a token."""
        return self._judge.questions if isinstance(self._judge, ByQuestion) else 0

    def __call__(self, environ: Json, start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, body = self._answer(environ.get("HTTP_AUTHORIZATION", ""))
        headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
        if status.startswith("401"):
            headers.append(("WWW-Authenticate", "Bearer"))
        start_response(status, headers)
        return [json.dumps(body).encode()]

    def _answer(self, header: str) -> tuple[str, Json]:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            return "401 Unauthorized", {"reason": "Send a bearer token"}
        try:
            claims = self._judge.claims(token.strip())
        except NotAccepted as error:
            return "401 Unauthorized", {"reason": str(error)}
        except CannotAsk:
            return "503 Service Unavailable", {"reason": "The site does not answer"}
        return "200 OK", {"user": claims["sub"], "sid": claims["sid"], "exp": claims["exp"]}


def __getattr__(name: str) -> Any:
    # Only where gunicorn asks for it: whoever imports a class here has no such environment.
    if name == "application":
        globals()[name] = ResourceServer(os.environ)
        return globals()[name]
    raise AttributeError(name)
