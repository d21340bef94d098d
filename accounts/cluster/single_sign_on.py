"""Logging out at a provider that several sites log in at (OpenID Connect Back-Channel Logout 1.0).

Both sides are here, as far as a log-out is about them. ``Provider`` belongs to whoever plays it. A
relying party is a small WSGI program; its environment, all of it:

- ``ISSUER`` and ``PUBLIC_KEY`` (PEM) of the provider; ``CLIENT``: its own name there.
- ``SESSIONS``: a file in which it keeps a row for each login, by the provider's ``sid``. Without it
  the ID token itself is what its users send, and it keeps nothing.

``POST /login/`` with an ``id_token`` gives a key, ``GET /`` with it as a bearer token answers 200
or 401, and ``POST /backchannel-logout/`` with a ``logout_token`` answers 200, or 400 where the
token is bad or there is nothing that could be ended.

https://openid.net/specs/openid-connect-backchannel-1_0.html
"""

import os
import secrets
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import parse_qs

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

EVENT = "http://schemas.openid.net/event/backchannel-logout"
_ALGORITHM, _TYPE = "EdDSA", "logout+jwt"
_RECENT = 120  # seconds for which a logout token is good
_MAX_BODY = 10_000  # bytes
_TIMEOUT = 5.0  # seconds

Json = dict[str, Any]


class Provider:
    """Who signs in and out."""

    issuer = "https://provider.example"

    def __init__(self) -> None:
        # A connection that stays open would delay the end of a site that is stopped.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.Client(timeout=_TIMEOUT, limits=limits)
        self._key = Ed25519PrivateKey.generate()
        public = self._key.public_key()
        self.public_key = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def environment(self, client: str, sessions: str = "") -> dict[str, str]:
        """What a relying party finds in its environment."""
        return {
            "PATH": os.defpath,
            "ISSUER": self.issuer,
            "PUBLIC_KEY": self.public_key.decode(),
            "CLIENT": client,
            "SESSIONS": sessions,
        }

    def id_token(self, client: str, sid: str, seconds: float = 600) -> str:
        """What a party is given when somebody has logged in; it lives for so many seconds."""
        return self._signed({"aud": client, "sid": sid, "exp": time.time() + seconds})

    def logout_token(self, client: str, sid: str, changes: Mapping[str, Any] | None = None) -> str:
        """What a party is told when that has ended (section 2.4); ``changes`` make a bad one."""
        claims = {"aud": client, "sid": sid, "exp": time.time() + _RECENT, "events": {EVENT: {}}}
        return self._signed({**claims, "jti": uuid.uuid4().hex, **(changes or {})}, _TYPE)

    def log_out(self, client: str, address: str, sid: str) -> bool:
        """Tell a party; whether it has acknowledged that (sections 2.5 and 2.8)."""
        try:
            response = self._client.post(
                f"{address}/backchannel-logout/",
                data={"logout_token": self.logout_token(client, sid)},
            )
        except httpx.TransportError:
            return False
        return response.is_success

    def _signed(self, claims: Json, type_: str = "JWT") -> str:
        content = {"iss": self.issuer, "sub": "alice", "iat": time.time(), **claims}
        return jwt.encode(content, self._key, _ALGORITHM, {"typ": type_})


class NotAccepted(Exception):
    """A token that does not hold."""


class RelyingParty:
    """The WSGI application."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._issuer, self._client = environment["ISSUER"], environment["CLIENT"]
        self._public_key = environment["PUBLIC_KEY"]
        path = environment.get("SESSIONS", "")
        self._sessions = Sessions(path) if path else None

    def __call__(self, environ: Json, start_response: Callable[..., Any]) -> Iterable[bytes]:
        status, body = self._answer(environ)
        start_response(status, [("Content-Type", "text/plain"), ("Cache-Control", "no-store")])
        return [body.encode()]

    def _answer(self, environ: Json) -> tuple[str, str]:
        try:
            if environ["REQUEST_METHOD"] == "GET":
                key = environ.get("HTTP_AUTHORIZATION", "").partition(" ")[2]
                return ("200 OK" if self.is_in(key) else "401 Unauthorized"), ""
            form = parse_qs(environ["wsgi.input"].read(_MAX_BODY).decode())
            if environ["PATH_INFO"] == "/login/":
                return "200 OK", self.log_in(form.get("id_token", [""])[0])
            self.log_out(form.get("logout_token", [""])[0])
        except NotAccepted:
            return "400 Bad Request", ""
        return "200 OK", ""

    def log_in(self, id_token: str) -> str:
        """The key of a new login, for an ID token of the provider.

        Raises:
            NotAccepted: it is none.
        """
        claims = self._claims(id_token, "JWT", ["sid"])
        return self._sessions.begin(claims["sid"]) if self._sessions else id_token

    def is_in(self, key: str) -> bool:
        """Whether a login of this key is known and holds."""
        if self._sessions:
            return self._sessions.has(key)
        try:
            self._claims(key, "JWT", ["sid"])
        except NotAccepted:
            return False
        return True

    def log_out(self, logout_token: str) -> None:
        """End what the provider says has ended (sections 2.6 and 2.7).

        Raises:
            NotAccepted: it is no logout token, or nothing is kept here that could be ended.
        """
        claims = self._claims(logout_token, _TYPE, ["events", "jti", "sid"])
        events = claims["events"]
        # An ID token has a nonce, and could be taken for this one.
        if "nonce" in claims or not isinstance(events, dict) or EVENT not in events:
            raise NotAccepted
        if self._sessions is None or not self._sessions.end(claims["sid"], claims["jti"]):
            raise NotAccepted

    def _claims(self, token: str, type_: str, required: list[str]) -> Json:
        try:
            if jwt.get_unverified_header(token).get("typ") != type_:
                raise NotAccepted
            found: Json = jwt.decode(
                token,
                self._public_key,
                [_ALGORITHM],
                audience=self._client,
                issuer=self._issuer,
                options={"require": ["exp", "iat", *required]},
            )
        except jwt.InvalidTokenError:
            raise NotAccepted from None
        return found


class Sessions:
    """A row for each login, by the provider's ``sid``, in a file: a restart forgets none."""

    def __init__(self, path: str) -> None:
        self._path = path
        with closing(self._open()) as rows, rows:
            rows.execute("CREATE TABLE IF NOT EXISTS session (key TEXT PRIMARY KEY, sid TEXT)")
            rows.execute("CREATE TABLE IF NOT EXISTS seen (jti TEXT PRIMARY KEY)")

    def begin(self, sid: str) -> str:
        """The key of a new one."""
        key = secrets.token_urlsafe()
        with closing(self._open()) as rows, rows:
            rows.execute("INSERT INTO session VALUES (?, ?)", (key, sid))
        return key

    def has(self, key: str) -> bool:
        """Whether there is one of this key."""
        with closing(self._open()) as rows:
            found = rows.execute("SELECT 1 FROM session WHERE key = ?", (key,)).fetchone()
        return found is not None

    def end(self, sid: str, jti: str) -> bool:
        """End all of a login at the provider; False where the logout token was seen before."""
        with closing(self._open()) as rows, rows:
            new = rows.execute("INSERT OR IGNORE INTO seen VALUES (?)", (jti,)).rowcount
            if new:
                rows.execute("DELETE FROM session WHERE sid = ?", (sid,))
        return bool(new)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path)


def __getattr__(name: str) -> Any:
    # Only where gunicorn asks for it: whoever imports a class here has no such environment.
    if name == "application":
        globals()[name] = RelyingParty(os.environ)
        return globals()[name]
    raise AttributeError(name)
