"""The lab's throwaway users: made for a visitor, deleted after an hour, unknown to the site."""

import secrets
import uuid
from dataclasses import dataclass, field

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import LAB_HASHER, Login, Role, User, login_begin
from accounts.strategies import Strategy


class UnknownLabUser(Exception):
    """No throwaway user has this name and password."""


@dataclass(frozen=True, slots=True)
class LabUser:
    """A throwaway user and its password, which only the visitor is told."""

    user: User
    password: str = field(repr=False)

    @property
    def username(self) -> str:
        """The name to log in with."""
        return self.user.username


def create_lab_user(visitor: uuid.UUID) -> LabUser:
    """Make a throwaway user. Its random password needs no slow hash: there is nothing to guess."""
    password = secrets.token_urlsafe(16)
    user = User.objects.create(
        username=f"lab-{secrets.token_hex(6)}",
        password=make_password(password, hasher=LAB_HASHER),
        visitor=visitor,
        role=Role.EDITOR,
    )
    return LabUser(user, password)


def sign_in(username: str, password: str) -> User:
    """Check the name and password of a throwaway user.

    Raises:
        UnknownLabUser: there is none such.
    """
    user = _living().filter(username=username, is_active=True).first()
    if user is None or not check_password(password, user.password):
        raise UnknownLabUser
    return user


def find_lab_user(username: str, *, visitor: uuid.UUID | None) -> User | None:
    """A visitor's throwaway user, if it is still there."""
    return _living().filter(username=username, visitor=visitor).first() if visitor else None


def _living() -> "QuerySet[User]":
    # An older one may be pruned at any moment: a login must not begin while its user goes.
    since = timezone.now() - settings.LAB_LIFETIME
    return User.objects.filter(visitor__isnull=False, date_joined__gt=since)


def begin_login(user: User, strategy: Strategy) -> Login:
    """A login of a throwaway user; no address and no user agent are kept.

    Raises:
        UnknownLabUser: the user was pruned after the password was checked.
    """
    try:
        return login_begin(user, strategy=strategy.slug, lifetime=strategy.realm.login_lifetime)
    except IntegrityError:
        raise UnknownLabUser from None


def change_password(login: Login) -> str:
    """Give the user of a login a new random password, which ends its other logins.

    As on the site, the login that made the change stays.

    Raises:
        PasswordReplaced: another device changed it at the same moment, which ended this login.
    """
    password = secrets.token_urlsafe(16)
    login.user.change_password(password, keep=login.pk)
    login.refresh_from_db(fields=["token_version"])
    return password
