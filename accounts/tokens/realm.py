"""Where a credential counts: the site and the lab share no key, no audience and no cookie name."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.encoding import force_bytes
from django.utils.module_loading import import_string

from accounts.tokens.keys import BadKey, Key, Keyring

TokenType = Literal["access", "refresh"]
_NONE = timedelta(0)


class TokenRefused(Exception):
    """A token that does not hold in a realm: the step that found it, a code, a reason for people.

    The strategies turn it into a verdict of the same three.
    """

    def __init__(self, step: str, code: str, reason: str) -> None:
        super().__init__(reason)
        self.step = step
        self.code = code
        self.reason = reason


@dataclass(frozen=True)
class Realm:
    """A fence: what one realm issues, the other refuses.

    ``pepper`` keys the digests of opaque credentials; the lifetimes are those of tokens. What was
    made with a retired key or pepper still holds. ``refresh_grace`` is how long a spent refresh
    token counts as one of many that were sent in parallel. ``own_claims`` are the names of further
    claims of access tokens, each with the dotted path of a function that makes its value of a user.
    """

    name: str
    issuer: str
    audience: str
    keyring: Keyring
    pepper: bytes = field(repr=False)
    access_lifetime: timedelta
    refresh_lifetime: timedelta
    login_lifetime: timedelta
    leeway: timedelta = _NONE
    refresh_grace: timedelta = _NONE
    retired_peppers: tuple[bytes, ...] = field(default=(), repr=False)
    own_claims: tuple[tuple[str, str], ...] = ()

    def digest(self, credential: str) -> uuid.UUID:
        """What is stored of an opaque credential: 128 bits of a keyed BLAKE2b.

        Whoever reads the table can neither replay a row nor check a guess without the pepper.
        """
        return _digest(credential, self.pepper)

    def digests(self, credential: str) -> list[uuid.UUID]:
        """The digests that may be stored of it: under this pepper, then under the retired ones."""
        return [_digest(credential, pepper) for pepper in (self.pepper, *self.retired_peppers)]

    def lifetime_of(self, token_type: TokenType) -> timedelta:
        """How long a token of this type lives."""
        return self.access_lifetime if token_type == "access" else self.refresh_lifetime

    def access_expires(self) -> datetime:
        """When an access token that is issued now expires: tokens know whole seconds."""
        return datetime.now(UTC) + timedelta(seconds=int(self.access_lifetime.total_seconds()))

    def rotated(self, *, overlap: bool) -> "Realm":
        """This realm under a new random secret; with ``overlap`` the old one still verifies."""
        secret = secrets.token_urlsafe(48)
        retired = tuple(self.keyring) if overlap else ()
        return replace(
            self,
            keyring=Keyring(Key.symmetric(_derive(secret, self.name)), retired),
            pepper=_derive(secret, f"{self.name} digest"),
            retired_peppers=(self.pepper, *self.retired_peppers) if overlap else (),
        )

    def claims_about(self, user: object) -> dict[str, Any]:
        """The further claims of an access token of ``user``."""
        return {name: import_string(path)(user) for name, path in self.own_claims}

    def with_grace(self, grace: timedelta) -> "Realm":
        """This realm with another grace for refresh tokens that were spent."""
        return replace(self, refresh_grace=grace)

    def short_lived(self, lifetime: timedelta, *, logins: bool) -> "Realm":
        """This realm with access tokens that live for ``lifetime``, or everything (``logins``)."""
        if not logins:
            return replace(self, access_lifetime=lifetime)
        return replace(
            self, access_lifetime=lifetime, refresh_lifetime=lifetime, login_lifetime=lifetime
        )


def _digest(credential: str, pepper: bytes) -> uuid.UUID:
    # A cookie or a header may hold lone surrogates, which UTF-8 has no bytes for.
    hashed = hashlib.blake2b(credential.encode(errors="surrogatepass"), key=pepper, digest_size=16)
    return uuid.UUID(bytes=hashed.digest())


def _derive(secret: str | bytes, purpose: str) -> bytes:
    """32 bytes for one purpose: knowing one tells nothing of the others."""
    return hashlib.blake2b(
        force_bytes(secret), key=purpose.encode(), digest_size=32, person=b"authdemo"
    ).digest()


def _symmetric(name: str, *known: str | bytes) -> Keyring:
    first, *retired = (Key.symmetric(_derive(secret, name)) for secret in known)
    return Keyring(first, tuple(retired))


def _site_keyring() -> Keyring:
    """The site's keys, as configured.

    Raises:
        BadKey: the configured keys do not fit ``JWT_ALGORITHM``.
    """
    fallbacks = settings.SECRET_KEY_FALLBACKS
    if settings.JWT_ALGORITHM == "HS256":
        configured = [settings.JWT_SIGNING_KEY, *settings.JWT_RETIRED_KEYS]
        if any("-----BEGIN" in secret for secret in configured):
            # Anybody who knows a public key could sign with it (RFC 8725, section 2.1).
            raise BadKey("HS256 wants secrets, and a key in PEM may be public")
        secrets = configured if configured[0] else [settings.SECRET_KEY, *fallbacks]
        return _symmetric("site", *secrets)
    signing = Key.from_pem(settings.JWT_SIGNING_KEY.encode())
    if signing.algorithm != settings.JWT_ALGORITHM or not signing.signs:
        raise BadKey(f"JWT_SIGNING_KEY is no private key for {settings.JWT_ALGORITHM}")
    retired = (Key.from_pem(pem.encode()) for pem in settings.JWT_RETIRED_KEYS)
    return Keyring(signing, tuple(retired))


def _retired_peppers(name: str) -> tuple[bytes, ...]:
    return tuple(_derive(old, f"{name} digest") for old in settings.SECRET_KEY_FALLBACKS)


@cache
def site_realm() -> Realm:
    """The site's own two modes."""
    return Realm(
        name="site",
        issuer=settings.JWT_ISSUER,
        audience=f"{settings.JWT_ISSUER}:site",
        keyring=_site_keyring(),
        pepper=_derive(settings.SECRET_KEY, "site digest"),
        access_lifetime=settings.ACCESS_TOKEN_LIFETIME,
        refresh_lifetime=settings.REFRESH_TOKEN_LIFETIME,
        login_lifetime=settings.LOGIN_LIFETIME,
        leeway=settings.TOKEN_LEEWAY,
        refresh_grace=settings.REFRESH_GRACE,
        retired_peppers=_retired_peppers("site"),
        own_claims=tuple(settings.TOKEN_CLAIMS.items()),
    )


@cache
def lab_realm() -> Realm:
    """The lab's strategies, weak on purpose. No leeway: what has expired is refused at once."""
    return Realm(
        name="lab",
        issuer=settings.JWT_ISSUER,
        audience=f"{settings.JWT_ISSUER}:lab",
        keyring=_symmetric("lab", settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS),
        pepper=_derive(settings.SECRET_KEY, "lab digest"),
        access_lifetime=settings.ACCESS_TOKEN_LIFETIME,
        refresh_lifetime=settings.LAB_LIFETIME,
        login_lifetime=settings.LAB_LIFETIME,
        refresh_grace=settings.REFRESH_GRACE,
        retired_peppers=_retired_peppers("lab"),
    )


@cache
def shop_realm() -> Realm:
    """The shop of the attack theatre. Its logins are there to be stolen."""
    return Realm(
        name="shop",
        issuer=settings.JWT_ISSUER,
        audience=f"{settings.JWT_ISSUER}:shop",
        keyring=_symmetric("shop", settings.SECRET_KEY),
        pepper=_derive(settings.SECRET_KEY, "shop digest"),
        access_lifetime=settings.ACCESS_TOKEN_LIFETIME,
        refresh_lifetime=settings.LAB_LIFETIME,
        login_lifetime=settings.LAB_LIFETIME,
    )


@receiver(setting_changed)
def _forget(**kwargs: object) -> None:
    for realm in (site_realm, lab_realm, shop_realm):
        realm.cache_clear()
