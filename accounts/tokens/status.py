"""Status lists: one bit for each token, compressed and signed (draft-ietf-oauth-status-list-12)."""

import json
import time
import zlib
from typing import NamedTuple

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from accounts.tokens.realm import Realm, TokenRefused
from accounts.tracing.recorder import step

TYPE = "statuslist+jwt"
MEDIA_TYPE = f"application/{TYPE}"
MAX_BYTES = 1 << 20  # of a list taken apart: eight million tokens


class StatusList(NamedTuple):
    """The bits, and until when a copy is fresh and may be used at all, in epoch seconds."""

    bits: bytes
    fresh_until: float
    expires: float

    def is_set(self, index: object) -> bool:
        """Whether the token of an index has ended. One that is not on the list has ended, too."""
        if type(index) is not int or not 0 <= index < 8 * len(self.bits):
            return True
        return bool(self.bits[index // 8] >> index % 8 & 1)


def status_sign(realm: Realm, bits: bytes, *, uri: str, ttl: float, lifetime: float) -> str:
    """A list as it is published: to be fetched anew after ``ttl``, worthless after ``lifetime``.

    Both in seconds; ``uri`` is where it is published.
    """
    now, key = int(time.time()), realm.keyring.signing
    packed = urlsafe_b64encode(zlib.compress(bits, 9)).decode()
    content = {
        "sub": uri,
        "iat": now,
        "exp": now + int(lifetime),
        "ttl": int(ttl),
        "status_list": {"bits": 1, "lst": packed},
    }
    header = {**key.header, "typ": TYPE}
    with step("sign status list", kind="crypto", detail=key.algorithm):
        return jws.serialize_compact(header, json.dumps(content), key.jwk, [key.algorithm])


def status_read(realm: Realm, text: str, *, uri: str) -> StatusList:
    """Verify a published list, and unpack it.

    Raises:
        TokenRefused: it is none, none of this realm and place, or too old.
    """
    try:
        header = jws.extract_compact(text.encode()).headers()
        key = realm.keyring.find(header.get("kid"))
        if key is None or header.get("typ") != TYPE:
            raise _refused("The status list is signed with a key that is unknown here")
        with step("verify status list", kind="crypto", detail=key.algorithm):
            content = json.loads(jws.deserialize_compact(text, key.jwk, [key.algorithm]).payload)
        now = time.time()
        if content["sub"] != uri or content["exp"] <= now:
            raise _refused("The status list is another one, or too old")
        packed = urlsafe_b64decode(content["status_list"]["lst"].encode())
        bits = zlib.decompressobj().decompress(packed, MAX_BYTES)
        return StatusList(bits, now + content["ttl"], content["exp"])
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, zlib.error) as error:
        raise _refused("This is no status list") from error


def _refused(reason: str) -> TokenRefused:
    return TokenRefused("read status list", "bad_status_list", reason)
