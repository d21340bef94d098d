"""What a request brings to prove that its sender holds a key, for whoever judges its token."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

from accounts.tokens.proofs import FRESH, Proof, ProofKey, proof_check
from accounts.tokens.realm import Realm, TokenRefused

_IN_PROCESS = "lab:/"  # the address of a request that is none


class _Brought:
    """A proof as it came, what it has to be made for, and what it was found to be."""

    def __init__(self, text: str, method: str, url: str) -> None:
        self.text, self.method, self.url = text, method, url
        self.found: Proof | None = None


_brought: ContextVar[_Brought | None] = ContextVar("proof", default=None)


@contextmanager
def bringing(text: str, *, method: str, url: str) -> Iterator[None]:
    """A request that brings a proof, or an empty text; the address is the server's word."""
    token = _brought.set(_Brought(text, method, url) if text else None)
    try:
        yield
    finally:
        _brought.reset(token)


@contextmanager
def proving(key: ProofKey | None, realm: Realm, token: str = "") -> Iterator[None]:
    """What is asked in the block without a request comes with a proof by a key, if there is one."""
    url, nonce = _IN_PROCESS, nonces(realm)[0]
    text = key.proof("GET", url, token=token, nonce=nonce) if key else ""
    with bringing(text, method="GET", url=url):
        yield


class Possession(NamedTuple):
    """A proof, and whether it was checked just now: it counts once."""

    proof: Proof
    is_new: bool


def possession(token: str = "") -> Possession:
    """The proof that this request brings; for ``token``, where it sends one.

    Raises:
        TokenRefused: it brings none, or none for this.
    """
    brought = _brought.get()
    if brought is None:
        raise TokenRefused("check proof", "missing", "There is no proof of the token's key")
    if brought.found and not token:  # it was asked for with the token that came along
        return Possession(brought.found, is_new=False)
    brought.found = proof_check(brought.text, method=brought.method, url=brought.url, token=token)
    return Possession(brought.found, is_new=True)


def nonces(realm: Realm) -> list[str]:
    """The words of this minute and of the last, one of which a proof repeats: no older one counts.

    So nobody can have proofs signed for later (RFC 9449, section 9).
    """
    now = int(time.time()) // FRESH
    slots = (f"DPoP nonce {slot}" for slot in (now, now - 1))
    return [digest.hex for slot in slots for digest in realm.digests(slot)]
