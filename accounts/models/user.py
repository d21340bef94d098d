"""An account, and the counter that ends all its logins at once."""

import uuid
from collections.abc import Collection, Iterator
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts.models.end_reason import EndReason
from accounts.models.hashers import LabHasher
from accounts.models.session_keys import session_keys


class Role(models.TextChoices):
    """What a user may do; the lab takes it away to see who notices."""

    MEMBER = "member"
    EDITOR = "editor"


class User(AbstractUser):
    """An account. Throwaway users of the lab have a visitor; nobody else has."""

    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MEMBER)
    token_version = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Raised to end every login of this user at once, in both modes.",
    )
    visitor = models.UUIDField(null=True, blank=True, editable=False)

    # Why the logins end when a new password is saved; the admin says otherwise.
    password_end_reason = EndReason.PASSWORD

    class Meta(AbstractUser.Meta):
        constraints = [
            # "Ada" beside "ada" would let one pass for the other.
            models.UniqueConstraint(
                Lower("username"),
                name="user_name_in_any_case",
                violation_error_message="A user with that username already exists.",
            )
        ]
        indexes = [
            models.Index(
                fields=["visitor", "date_joined"],
                name="user_of_lab_visitor",
                condition=Q(visitor__isnull=False),
            )
        ]

    def set_password(self, raw_password: str | None) -> None:
        """Hash a new password; those of the lab's users are random, and need no slow hash."""
        hasher = LabHasher.algorithm if self.visitor else "default"
        self.password = make_password(raw_password, hasher=hasher)
        self._password = raw_password

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
        if self._state.adding:
            return super().save(*args, **kwargs)
        reason = self._end_reason(kwargs.get("update_fields"))
        if reason is None:
            return self._save_row(*args, **kwargs)
        with transaction.atomic():
            self._save_row(*args, **kwargs)
            self.end_logins(reason)
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
        # Counted by the database: an older copy of the row must not take the number back.
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
        ending = self.logins.in_use()
        if keep is not None:
            current = self.logins.filter(pk=keep, token_version=self.token_version - 1)
            current.update(token_version=self.token_version)
            ending = ending.exclude(pk=keep)
        return ending.end(reason)
