"""Where a credential counts. The site and the lab share no key, no audience and no cookie name."""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.core.signals import setting_changed
from django.dispatch import receiver

from accounts import conf
from accounts.tokens.keys import BadKey, Key, Keyring

_NO_LEEWAY = timedelta(0)


@dataclass(frozen=True)
class Realm:
    """A fence: what one realm issues, the other refuses.

    ``pepper`` keys the digests of opaque credentials; the lifetimes are those of tokens.
    """

    name: str
    issuer: str
    audience: str
    keyring: Keyring
    pepper: bytes = field(repr=False)
    access_lifetime: timedelta
    refresh_lifetime: timedelta
    login_lifetime: timedelta
    leeway: timedelta = _NO_LEEWAY

    def digest(self, credential: str) -> uuid.UUID:
        """What is stored of an opaque credential: 128 bits of a keyed BLAKE2b.

        Who reads the table can neither replay a row nor check a guess without the pepper.
        """
        hashed = hashlib.blake2b(credential.encode(), key=self.pepper, digest_size=16)
        return uuid.UUID(bytes=hashed.digest())


def _derive(secret: str, purpose: str) -> bytes:
    """32 bytes for one purpose: knowing one tells nothing of the others."""
    return hashlib.blake2b(
        secret.encode(), key=purpose.encode(), digest_size=32, person=b"authdemo"
    ).digest()


def _symmetric(name: str, *secrets: str) -> Keyring:
    first, *retired = (Key.symmetric(_derive(secret, name)) for secret in secrets)
    return Keyring(first, tuple(retired))


def _site_keyring() -> Keyring:
    """The site's keys, as configured.

    Raises:
        BadKey: the configured keys do not fit ``JWT_ALGORITHM``.
    """
    fallbacks = settings.SECRET_KEY_FALLBACKS
    if settings.JWT_ALGORITHM == "HS256":
        configured = [settings.JWT_SIGNING_KEY, *settings.JWT_RETIRED_KEYS]
        secrets = configured if configured[0] else [settings.SECRET_KEY, *fallbacks]
        return _symmetric("site", *secrets)
    signing = Key.from_pem(settings.JWT_SIGNING_KEY.encode())
    if signing.algorithm != settings.JWT_ALGORITHM or not signing.signs:
        raise BadKey(f"JWT_SIGNING_KEY is no private key for {settings.JWT_ALGORITHM}")
    retired = (Key.from_pem(pem.encode()) for pem in settings.JWT_RETIRED_KEYS)
    return Keyring(signing, tuple(retired))


@cache
def site() -> Realm:
    """The site's own two modes."""
    return Realm(
        name="site",
        issuer=settings.JWT_ISSUER,
        audience=f"{settings.JWT_ISSUER}:site",
        keyring=_site_keyring(),
        pepper=_derive(settings.SECRET_KEY, "site digest"),
        access_lifetime=conf.access_lifetime(),
        refresh_lifetime=conf.refresh_lifetime(),
        login_lifetime=conf.login_lifetime(),
        leeway=conf.token_leeway(),
    )


@cache
def lab() -> Realm:
    """The lab's strategies, weak on purpose. No leeway: what has expired is refused at once."""
    return Realm(
        name="lab",
        issuer=settings.JWT_ISSUER,
        audience=f"{settings.JWT_ISSUER}:lab",
        keyring=_symmetric("lab", settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS),
        pepper=_derive(settings.SECRET_KEY, "lab digest"),
        access_lifetime=conf.access_lifetime(),
        refresh_lifetime=conf.lab_lifetime(),
        login_lifetime=conf.lab_lifetime(),
    )


@receiver(setting_changed)
def _forget(**kwargs: object) -> None:
    site.cache_clear()
    lab.cache_clear()
