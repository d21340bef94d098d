"""What the thief copied, encrypted for the visitor's browser to keep, and how it is replayed.

As in the lab's scenarios the thief asks a second server process, and holds what the browser holds:
the refresh token too, where there is one.
"""

import base64
import json
import uuid
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from accounts.lab.instances import second_process, serving
from accounts.lab.wire import auth_headers, lab_path
from accounts.strategies import strategies
from accounts.tokens.codec import peek
from accounts.tokens.proofs import ProofKey
from accounts.tokens.realm import lab_realm


@dataclass(frozen=True, slots=True)
class StolenCredential:
    """A copied credential of a strategy, its login, and the visitor who plays."""

    slug: str
    login_id: uuid.UUID | None
    credential: str = field(repr=False)
    visitor: uuid.UUID | None = None
    refresh: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Replay:
    """What the thief got."""

    status: int
    body: Any
    #: whether the refresh token gave new tokens; None where there is none, or nothing to renew
    renewed: bool | None = None
    #: until when it will, in epoch seconds
    renews_until: int | None = None


def encrypt(stolen: StolenCredential) -> str:
    """A text that a script can keep without being able to read an HttpOnly cookie in it."""
    ids = [known.hex if known else None for known in (stolen.login_id, stolen.visitor)]
    parts = [stolen.slug, stolen.credential, stolen.refresh, *ids]
    return _fernet().encrypt(json.dumps(parts).encode()).decode()


def decrypt(text: str) -> StolenCredential | None:
    """What was encrypted within the lab's lifetime; None for anything else."""
    try:
        opened = _fernet().decrypt(text.encode(), ttl=int(settings.LAB_LIFETIME.total_seconds()))
        slug, credential, refresh, *ids = json.loads(opened)
        login_id, visitor = (uuid.UUID(known) if known else None for known in ids)
    except (InvalidToken, ValueError):
        return None
    return StolenCredential(slug, login_id, credential, visitor, refresh)


def replay(stolen: StolenCredential, request: HttpRequest) -> Replay:
    """Send the stolen copy as a separate HTTP client; where it gets in, renew it as well.

    ``request`` is the one that asks for it: the thief goes to the same host.
    """
    import httpx  # late, as in client.py

    base_url = f"{request.scheme}://{request.get_host()}"
    transport = httpx.WSGITransport(app=import_string(settings.WSGI_APPLICATION))
    strategy, path = strategies[stolen.slug], lab_path(stolen.slug, "me")
    headers = auth_headers(strategy, stolen.credential)
    if strategy.bound:  # the thief has no other key than one of his own
        url = f"{base_url}{path}"
        headers["DPoP"] = ProofKey().proof("GET", url, token=stolen.credential)
    with (
        serving(second_process(stolen.slug)),
        httpx.Client(transport=transport, base_url=base_url) as thief,
    ):
        answer = thief.get(path, headers=headers)
        if not answer.is_success or not stolen.refresh:
            return Replay(answer.status_code, answer.json())
        body = {"refresh": stolen.refresh}
        renewal = thief.post(lab_path(stolen.slug, "refresh"), json=body)
    if not renewal.is_success:
        return Replay(answer.status_code, answer.json(), renewed=False)
    _, claims = peek(renewal.json().get("refresh", stolen.refresh))
    return Replay(answer.status_code, answer.json(), renewed=True, renews_until=claims.get("exp"))


def try_out(stolen: StolenCredential, request: HttpRequest) -> None:
    """Let the thief see at once that its copy works: the second process then knows it, too."""
    replay(replace(stolen, refresh=None), request)


def _fernet() -> Fernet:
    # The words only separate these keys from others; to change them voids the copies in browsers.
    realm = lab_realm()
    halves = [realm.digest(words).bytes for words in ("the thief's pocket", "second half")]
    return Fernet(base64.urlsafe_b64encode(b"".join(halves)))
