"""Authentication backends: the site's users and the lab's never meet."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User


class SiteBackend(ModelBackend):
    """Django's, for the users of the site only."""

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        """Active, and not a throwaway user of the lab."""
        return isinstance(user, User) and user.visitor is None and user.is_active


class LabBackend(ModelBackend):
    """Finds the lab's users for Django's own session code; checks no password."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Nobody logs in to the site by this."""

    def user_can_authenticate(self, user: AbstractBaseUser | AnonymousUser | None) -> bool:
        """Active, and of the lab."""
        return isinstance(user, User) and user.visitor is not None and user.is_active
