"""An account, and the counter that ends all its logins at once."""

import unicodedata
import uuid
from collections.abc import Collection, Iterator, Mapping
from typing import Any, ClassVar

from asgiref.sync import sync_to_async
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.contrib.auth.password_validation import password_changed
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q

from accounts.models.end_reason import EndReason
from accounts.models.session_keys import session_keys

LAB_HASHER = "argon2lab"  # of the lab's users: their passwords are random, and need no slow hash


class Role(models.TextChoices):
    """What a user may do; the lab takes it away to see who notices."""

    MEMBER = "member"
    EDITOR = "editor"


class PasswordReplaced(Exception):
    """Somebody else changed the password after it had been checked."""


def normal_name(username: str) -> str:
    """A name without regard to case and to how Unicode spells it (Unicode 3.13, D146)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", username).casefold())


def normal_password(password: str) -> str:
    """A password without regard to how a keyboard spells it (NIST SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


class UserManager(DjangoUserManager["User"]):
    """Finds users by the normal form of their name."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user of a name in any spelling.

        Raises:
            User.DoesNotExist: there is none.
        """
        return self.get(name_key=normal_name(username or ""))

    async def aget_by_natural_key(self, username: str | None) -> "User":
        """The same for Django's ``aauthenticate()``."""
        return await self.aget(name_key=normal_name(username or ""))

    def get_or_create(
        self, defaults: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> tuple["User", bool]:
        """The user of a name in any spelling, or a new one: other packages' backends ask so."""
        if "username" in kwargs:
            name = kwargs.pop("username")
            kwargs["name_key"] = normal_name(name)
            defaults = {"username": name, **(defaults or {})}
        return super().get_or_create(defaults, **kwargs)


class User(AbstractUser):
    """An account."""

    # "Ada" beside "ada" would let one pass for the other. Case folding makes a name longer, by at
    # most three times.
    name_key = models.CharField(max_length=450, unique=True, editable=False)

    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MEMBER)
    token_version = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Raised to end every login of this user at once, in both modes.",
    )
    # Throwaway users of the lab have one; nobody else has.
    visitor = models.UUIDField(null=True, blank=True, editable=False)

    # The login that goes on when a new password is saved.
    kept_login: uuid.UUID | None = None
    # Reason recorded when a new password ends the user's logins; the admin's form sets RESET.
    password_end_reason = EndReason.PASSWORD

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):
        indexes = [
            models.Index(
                fields=["visitor", "date_joined"],
                name="user_of_lab_visitor",
                condition=Q(visitor__isnull=False),
            )
        ]

    def set_password(self, raw_password: str | None) -> None:
        """Hash a new password, in its normal form."""
        hasher = LAB_HASHER if self.visitor else "default"
        normal = None if raw_password is None else normal_password(raw_password)
        self.password = make_password(normal, hasher=hasher)
        self._password = raw_password

    def check_password(self, raw_password: str | None) -> bool:
        """Whether it is the password; one that was hashed as it was typed still works."""
        normal = None if raw_password is None else normal_password(raw_password)
        if super().check_password(normal):
            return True
        return normal != raw_password and super().check_password(raw_password)

    async def acheck_password(self, raw_password: str | None) -> bool:
        """The same for asynchronous code."""
        return await sync_to_async(self.check_password)(raw_password)

    def clean(self) -> None:
        """Refuse a name that another user has in another spelling.

        Raises:
            ValidationError: somebody has it.
        """
        super().clean()
        others = User.objects.filter(name_key=normal_name(self.username or "")).exclude(pk=self.pk)
        if others.exists():
            raise ValidationError({"username": "A user with that username already exists."})

    def get_session_auth_hash(self) -> str:
        """What ties a session to this password (Django's), under the keys in use."""
        return self._session_hash(session_keys()[0])

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under each retired key."""
        for key in session_keys()[1:]:
            yield self._session_hash(key)

    def _session_hash(self, key: str | bytes) -> str:
        # Django's own, which the stubs leave out.
        found: str = self._get_session_auth_hash(secret=key)  # type: ignore[attr-defined]
        return found

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a replaced password or a disabled account ends every login.

        Whoever changes them (the admin, a management command, a script), what was dead stays dead.
        A better hash of the same password, which Django writes alone, ends nothing.
        """
        fields = kwargs.get("update_fields")
        if fields is None or "username" in fields:
            self.name_key = normal_name(self.username)
            kwargs["update_fields"] = None if fields is None else {*fields, "name_key"}
        if self._state.adding:
            return super().save(*args, **kwargs)
        reason = self._end_reason(kwargs.get("update_fields"))
        if reason is None:
            return self._save_row(*args, **kwargs)
        with transaction.atomic():
            self._save_row(*args, **kwargs)
            self.end_logins(reason, keep=self.kept_login)
        return None

    def _end_reason(self, fields: Collection[str] | None) -> EndReason | None:
        """Why saving these fields (None for all) ends the user's logins, if it does."""
        if not self.is_active and (fields is None or "is_active" in fields):
            return EndReason.DISABLED
        # Django forgets the raw password when it only stores a better hash of it.
        replaced = self._password is not None or not self.has_usable_password()
        if replaced and (fields is None or "password" in fields):
            return self.password_end_reason
        return None

    def _save_row(self, *args: Any, **kwargs: Any) -> None:
        # Let the database increment it: saving a stale instance must not reset the counter.
        known, self.token_version = self.token_version, F("token_version")
        super().save(*args, **kwargs)
        self.token_version = known

    @transaction.atomic
    def end_logins(self, reason: EndReason, *, keep: uuid.UUID | None = None) -> int:
        """End every login but ``keep``, in both modes, at once. Returns how many ended.

        The same few statements however many there are. The first one locks the user's row: two such
        changes go one after the other, and a log-in that checked the password before it is outdated
        when it begins. What else raised the counter meanwhile ends the login that is kept, too.
        """
        User.objects.filter(pk=self.pk).update(token_version=F("token_version") + 1)
        self.refresh_from_db(fields=["token_version"])
        if keep is not None:
            current = self.logins.filter(pk=keep, token_version=self.token_version - 1)
            current.update(token_version=self.token_version)
        outdated = self.logins.in_use().filter(token_version__lt=self.token_version)
        return outdated.end(reason)

    def change_password(self, password: str, *, keep: uuid.UUID | None) -> int:
        """Set a password and end every other login, in both modes, at once.

        ``keep`` is the login that made the change. Returns how many others ended. A constant number
        of queries, however many devices there are.

        Raises:
            PasswordReplaced: the password that was checked has been replaced meanwhile.
        """
        checked = User.objects.filter(pk=self.pk, password=self.password)
        self.set_password(password)
        # The WHERE clause decides the race: whoever knows the old password must not overwrite a
        # newer one. Only this column is written: a stale copy of the row must not re-enable the
        # account.
        with transaction.atomic():
            if not checked.update(password=self.password):
                raise PasswordReplaced
            password_changed(password, self)
            return self.end_logins(EndReason.PASSWORD, keep=keep)
