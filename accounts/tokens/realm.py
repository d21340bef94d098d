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
from accounts.tokens.keys import Key, Keyring

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


def _keyring(name: str, secret: str) -> Keyring:
    retired = (Key.symmetric(_derive(old, name)) for old in settings.SECRET_KEY_FALLBACKS)
    return Keyring(Key.symmetric(_derive(secret, name)), tuple(retired))


@cache
def site() -> Realm:
    """The site's own two modes."""
    return Realm(
        name="site",
        issuer=settings.JWT_ISSUER,
        audience=f"{settings.JWT_ISSUER}:site",
        keyring=_keyring("site", settings.JWT_SIGNING_KEY or settings.SECRET_KEY),
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
        keyring=_keyring("lab", settings.SECRET_KEY),
        pepper=_derive(settings.SECRET_KEY, "lab digest"),
        access_lifetime=conf.access_lifetime(),
        refresh_lifetime=conf.lab_lifetime(),
        login_lifetime=conf.lab_lifetime(),
    )


@receiver(setting_changed)
def _forget(**kwargs: object) -> None:
    site.cache_clear()
    lab.cache_clear()
