"""A random session key that is stored as a digest in the row of its login."""

import secrets

from accounts.models import Login
from accounts.strategies._base import Refused
from accounts.strategies._rotation import verdict_on
from accounts.tokens.realm import Realm

_UNKNOWN = Refused("load session", "session_unknown", "No login has this session key")


def key_make(realm: Realm, login: Login) -> str:
    """A new key of a login, which takes the place of the one before. One query."""
    key = secrets.token_urlsafe(32)
    Login.objects.filter(pk=login.pk).update(digest=realm.digest(key))
    return key


def login_by_key(realm: Realm, key: str) -> Login | Refused:
    """The login of a key with its user, if both may go on. One query."""
    found = Login.objects.select_related("user").filter(digest__in=realm.digests(key))
    login = found.first()
    if login is None:
        return _UNKNOWN
    verdict = verdict_on(login)
    return verdict if isinstance(verdict, Refused) else login
