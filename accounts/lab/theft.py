"""What the thief copied, encrypted for the visitor's browser to keep, and how it is replayed."""

import base64
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.module_loading import import_string

from accounts.lab.wire import auth_headers, lab_path
from accounts.strategies import strategies
from accounts.tokens.realm import lab_realm


@dataclass(frozen=True, slots=True)
class StolenCredential:
    """A copied credential of a strategy, its login, and the visitor who plays."""

    slug: str
    login_id: uuid.UUID | None
    credential: str = field(repr=False)
    visitor: uuid.UUID | None = None


def encrypt(stolen: StolenCredential) -> str:
    """A text that a script can keep without being able to read an HttpOnly cookie in it."""
    ids = [known.hex if known else None for known in (stolen.login_id, stolen.visitor)]
    return _fernet().encrypt(json.dumps([stolen.slug, stolen.credential, *ids]).encode()).decode()


def decrypt(text: str) -> StolenCredential | None:
    """What was encrypted within the lab's lifetime; None for anything else."""
    try:
        opened = _fernet().decrypt(text.encode(), ttl=int(settings.LAB_LIFETIME.total_seconds()))
        slug, credential, *ids = json.loads(opened)
        login_id, visitor = (uuid.UUID(known) if known else None for known in ids)
    except (InvalidToken, ValueError):
        return None
    return StolenCredential(slug, login_id, credential, visitor)


def replay(stolen: StolenCredential, base_url: str) -> tuple[int, Any]:
    """Send the stolen copy as a separate HTTP client; the status and the body it got."""
    transport = httpx.WSGITransport(app=import_string(settings.WSGI_APPLICATION))
    headers = auth_headers(strategies[stolen.slug], stolen.credential)
    with httpx.Client(transport=transport, base_url=base_url) as thief:
        answer = thief.get(lab_path(stolen.slug, "me"), headers=headers)
    return answer.status_code, answer.json()


def _fernet() -> Fernet:
    # The words only separate these keys from others; to change them voids the copies in browsers.
    realm = lab_realm()
    halves = [realm.digest(words).bytes for words in ("the thief's pocket", "second half")]
    return Fernet(base64.urlsafe_b64encode(b"".join(halves)))
