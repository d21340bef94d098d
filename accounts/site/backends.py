"""The authentication backend: the site's users and the lab's never meet."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User
from accounts.models.session_keys import is_lab
from accounts.models.user import normal_name
from accounts.models.user_row import user_named


class SiteBackend(ModelBackend):
    """Django's, for the users of the site; where the lab judges a session, for the lab's alone."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The user of this name and password.

        An unknown name costs as many hashes as a known one: time must not tell them apart.
        """
        if username is None or password is None:
            return None
        user = user_named(normal_name(username)) or User(password=UNUSABLE)
        is_right = user.check_password(password)
        return user if is_right and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        """Active, and on this side of the fence around the lab."""
        return isinstance(user, User) and user.is_active and bool(user.visitor) is is_lab()


# Checking a password against it takes the time of one hash (Django's own precaution).
UNUSABLE = "!"
