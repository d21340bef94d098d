"""Users, their logins, the rows of our session engine and the blacklist.

No credential is stored: a keyed digest at most.
"""

import uuid
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractUser
from django.db import models, transaction
from django.db.models import F, Q, Window
from django.db.models.functions import Coalesce, Lower, RowNumber
from django.urls import reverse
from django.utils import timezone

from accounts import conf
from accounts.fields import CodedField
from accounts.hashers import LabHasher
from accounts.session_keys import session_keys


class Role(models.TextChoices):
    """What a user may do; the lab takes it away to see who notices."""

    MEMBER = "member"
    EDITOR = "editor"


class Because(models.TextChoices):
    """Why a login ended."""

    LOGGED_OUT = "logged-out", "logged out"
    ELSEWHERE = "elsewhere", "ended from another device"
    EVERYWHERE = "everywhere", "logged out everywhere"
    PASSWORD = "password", "password changed"
    RESET = "reset", "password reset by staff"
    REPLAYED = "replayed", "refresh token replayed"
    DISABLED = "disabled", "account disabled"
    STAFF = "staff", "ended by staff"


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
    password_because = Because.PASSWORD

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
        because = self._because(kwargs.get("update_fields"))
        if because is None:
            return self._save_row(*args, **kwargs)
        with transaction.atomic():
            self._save_row(*args, **kwargs)
            self.end_logins(because)
        return None

    def _because(self, fields: Collection[str] | None) -> Because | None:
        """Why saving these fields (None for all) ends the user's logins, if it does."""
        if not self.is_active and (fields is None or "is_active" in fields):
            return Because.DISABLED
        # Django forgets the raw password when it only stores a better hash of it.
        replaced = self._password is not None or not self.has_usable_password()
        if replaced and (fields is None or "password" in fields):
            return self.password_because
        return None

    def _save_row(self, *args: Any, **kwargs: Any) -> None:
        # Counted by the database: an older copy of the row must not take the number back.
        known, self.token_version = self.token_version, F("token_version")
        super().save(*args, **kwargs)
        self.token_version = known

    @transaction.atomic
    def end_logins(self, because: Because, *, keep: uuid.UUID | None = None) -> int:
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
        return ending.end(because)


class LoginQuerySet(models.QuerySet["Login"]):
    """Changes to logins, each one statement whose condition decides a race."""

    def live(self) -> "LoginQuerySet":
        """Those in use that were not outdated by their user's version either."""
        return self.in_use().filter(user__is_active=True, token_version=F("user__token_version"))

    def in_use(self) -> "LoginQuerySet":
        """Those that neither ended nor expired nor went unused for too long."""
        now = timezone.now()
        by_token = Q(refresh_jti__isnull=False, renewed__gt=now - conf.refresh_lifetime())
        by_other = Q(refresh_jti=None, last_seen__gt=now - conf.session_idle())
        return self.alias(renewed=Coalesce("spent_at", "created")).filter(
            by_token | by_other, ended_at=None, expires__gt=now
        )

    def end(self, because: "Because") -> int:
        """End those that have not ended yet; the first reason stays. Returns how many ended."""
        return self.filter(ended_at=None).update(ended_at=timezone.now(), ended_because=because)

    def touch(self, login_id: uuid.UUID) -> None:
        """Note that a login was used, unless another request of this minute did."""
        now = timezone.now()
        self.filter(id=login_id, last_seen__lt=now - TOUCH_EVERY).update(last_seen=now)


TOUCH_EVERY = timedelta(minutes=1)


class Login(models.Model):
    """One signed-in device of one user, whichever strategy carries it; its id is the ``sid``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="logins")
    strategy = models.SlugField(max_length=40, db_index=False)
    token_version = models.PositiveIntegerField(help_text="The user's when it began.")
    digest = models.UUIDField(
        null=True, unique=True, editable=False, help_text="Of an opaque credential, keyed."
    )
    refresh_jti = models.UUIDField(
        null=True, editable=False, help_text="The one refresh token not yet spent."
    )
    spent_jti = models.UUIDField(
        null=True, editable=False, help_text="The one spent last, for a retry within the grace."
    )
    spent_at = models.DateTimeField(null=True, editable=False)
    spent_by = models.UUIDField(
        null=True, editable=False, help_text="A keyed digest of the client that spent it."
    )
    created = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=400, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.CharField(max_length=16, choices=Because.choices, blank=True)
    told_at = models.DateTimeField(
        null=True, editable=False, help_text="When the user was told of a replay."
    )

    objects = LoginQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]

    def __str__(self) -> str:
        return f"{self.user_id} by {self.strategy} since {self.created:%Y-%m-%d %H:%M}"

    @property
    def unused_until(self) -> datetime:
        """When it is over unless it is used: a session idle, a refresh token not spent."""
        if self.refresh_jti is None:
            return self.last_seen + conf.session_idle()
        return (self.spent_at or self.created) + conf.refresh_lifetime()


def login_begin(
    user: User,
    *,
    strategy: str,
    lifetime: timedelta | None = None,
    ip: str | None = None,
    user_agent: str = "",
) -> Login:
    """Record a new login of ``user``. Its end is fixed here and never moves.

    The version is the one read with the password: a change of password that commits between the
    check and this insert makes the new login outdated, as it should be.
    """
    now = timezone.now()
    return Login.objects.create(
        user=user,
        strategy=strategy,
        token_version=user.token_version,
        created=now,
        last_seen=now,
        expires=now + (lifetime or conf.login_lifetime()),
        ip=ip,
        user_agent=user_agent[:400].replace("\0", ""),
    )


class Session(models.Model):
    """A row of our session engine. The cookie holds a random key, the row its keyed digest."""

    digest = models.UUIDField(primary_key=True, editable=False)
    login = models.OneToOneField(Login, null=True, on_delete=models.CASCADE, editable=False)
    data = models.TextField(blank=True)
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"session of login {self.login_id}"


# On PostgreSQL a trigger names each new row here: "<jti> <expires, epoch seconds>", "*" for many.
BLACKLIST_CHANNEL = "accounts_blacklist"


class BlacklistedToken(models.Model):
    """A revoked token by its jti, or a whole login by its sid: one look-up asks for both.

    Keyed by id, never by a hash of the token: one HMAC signature has several base64 spellings.
    Prune a row only after ``expires_at`` plus the leeway, or the token lives again that long.

    Every request looks in here, so a row is kept small: 117 bytes on PostgreSQL with its one index.
    The wide columns come first, or padding makes them wider. Pruning walks along the key, which
    needs no index of its own; one on ``expires_at`` would cost every log-out and 29 bytes a row.
    """

    jti = models.UUIDField(primary_key=True)
    expires_at = models.DateTimeField()
    blacklisted_at = models.DateTimeField(default=timezone.now)
    # A row may outlive its user: it is pruned by time, and a cascade would have to scan the table.
    user = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_index=False, related_name="+", db_constraint=False
    )
    token_type = CodedField(
        codes={"access": 1, "refresh": 2, "login": 3},
        choices=[("access", "access"), ("refresh", "refresh"), ("login", "login")],
        default="access",
    )
    reason = CodedField(
        codes={
            Because.LOGGED_OUT: 1,
            Because.ELSEWHERE: 2,
            Because.EVERYWHERE: 3,
            Because.PASSWORD: 4,
            Because.RESET: 5,
            Because.REPLAYED: 6,
            Because.DISABLED: 7,
            Because.STAFF: 8,
        },
        choices=Because.choices,
    )

    def __str__(self) -> str:
        return f"{self.token_type} {self.jti}"


def blacklist_login(login: Login, *, because: Because) -> None:
    """Blacklist every token of a login, also the older ones; doing it twice changes nothing."""
    _blacklist(login.id, login.user_id, "login", login.expires, because)


def blacklist_token(
    jti: uuid.UUID, *, user_id: int, token_type: str, expires: datetime, because: Because
) -> None:
    """Blacklist one token and leave its login alone; doing it twice changes nothing."""
    _blacklist(jti, user_id, token_type, expires, because)


def _blacklist(
    jti: uuid.UUID, user_id: int, token_type: str, expires: datetime, because: Because
) -> None:
    row = BlacklistedToken(
        jti=jti, user_id=user_id, token_type=token_type, expires_at=expires, reason=because
    )
    BlacklistedToken.objects.bulk_create([row], ignore_conflicts=True)


def pruned_before() -> datetime:
    """Rows that expired before this moment can bring nothing back to life."""
    return timezone.now() - conf.token_leeway()


class BenchRunQuerySet(models.QuerySet["BenchRun"]):
    """Benchmarks run from the page."""

    def lost(self) -> "BenchRunQuerySet":
        """Those that claim to run, and whose process has not been heard of for a while."""
        return self.filter(slot=BenchRun.ONLY, seen__lt=timezone.now() - BenchRun.SILENCE)


class BenchRun(models.Model):
    """A short benchmark, started from its page. Two at once would measure each other.

    ``slot`` is 1 while it runs and empty afterwards; being unique, it lets the database decide
    which of two visitors who press the button at once is first.
    """

    ONLY = 1
    SILENCE = timedelta(seconds=60)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.PositiveSmallIntegerField(null=True, unique=True, editable=False)
    started = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now, help_text="The last sign of life.")
    stage = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=400, blank=True, help_text="Why there is no result.")
    result = models.JSONField(null=True)

    objects = BenchRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started"]

    def __str__(self) -> str:
        return f"benchmark of {self.started:%Y-%m-%d %H:%M}"

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.slot is None


class RunQuerySet(models.QuerySet["Run"]):
    """Played scenarios, by whom and when."""

    def newest(self, visitor: uuid.UUID | None) -> "RunQuerySet":
        """The newest of each strategy and event that a visitor played, or that is shared (None).

        Transcripts are left out: they are long, and only a transcript's own page shows them.
        """
        place = Window(
            RowNumber(), partition_by=[F("strategy"), F("event")], order_by=F("created").desc()
        )
        return (
            self.filter(visitor=visitor).annotate(place=place).filter(place=1).defer("transcript")
        )

    def outdated(self) -> "RunQuerySet":
        """Those that may be pruned: their links have promised no more."""
        return self.filter(created__lt=timezone.now() - conf.lab_run_lifetime())


class Run(models.Model):
    """A scenario that was played: one cell of the matrix, with the transcript behind it.

    Whoever has its address may read it; only its visitor sees it in the matrix. No credential is in
    it: they are masked when the exchanges are recorded.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visitor = models.UUIDField(null=True, editable=False, help_text="None: shared with everybody.")
    batch = models.UUIDField(editable=False, help_text="The press of a button that it belongs to.")
    strategy = models.SlugField(max_length=40, db_index=False)
    event = models.SlugField(max_length=40, db_index=False)
    database = models.CharField(max_length=40)
    created = models.DateTimeField(default=timezone.now, db_index=True)
    report = models.JSONField(help_text="Everything measured but the transcript.")
    transcript = models.JSONField(help_text="The exchanges, with their traces.")

    objects = RunQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["visitor", "created"], name="run_of_visitor")]

    def __str__(self) -> str:
        return f"{self.strategy} × {self.event} at {self.created:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        """The permanent link of its transcript."""
        return reverse("lab-run", args=[self.pk])
