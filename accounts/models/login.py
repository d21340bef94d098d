"""A signed-in device, and the row of our session engine that may carry it.

Three facts can end a login, and each has one reader:

- a row of the blacklist, keyed by the login's id: asked by the check of the site's tokens;
- ``ended_at`` of the login: asked by sessions, opaque tokens and refresh, and shown to people with
  its reason, the first of which stays;
- the counter of the user (``User.end_logins``): asked by all of them. What it refuses needs no row
  of the blacklist.

Two of the lab's ways write such a fact alone, as that is all they are: ``JwtVersion.revoke_all``
the counter, ``blacklist_login`` the row of the blacklist.
"""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models.binding import bind
from accounts.models.blacklist import blacklist
from accounts.models.end_reason import EndReason
from accounts.models.user import User

TOUCH_EVERY = timedelta(minutes=1)


class LoginQuerySet(models.QuerySet["Login"]):
    """Changes to logins, each one statement whose condition decides a race."""

    def live(self) -> "LoginQuerySet":
        """Those in use that were not outdated by their user's version either."""
        return self.in_use().filter(user__is_active=True, token_version=F("user__token_version"))

    def in_use(self) -> "LoginQuerySet":
        """Those that neither ended nor expired nor went unused for too long."""
        now = timezone.now()
        by_token = Q(refresh_jti__isnull=False, renewed__gt=now - settings.REFRESH_TOKEN_LIFETIME)
        by_other = Q(refresh_jti=None, last_seen__gt=now - settings.SESSION_IDLE)
        return self.alias(renewed=Coalesce("refreshed_at", "created")).filter(
            by_token | by_other, ended_at=None, expires__gt=now
        )

    @transaction.atomic(savepoint=False)
    def end(self, reason: EndReason) -> int:
        """End those that have not ended yet: the one door. Returns how many ended."""
        going_on = self.filter(ended_at=None)
        _blacklist_tokens(going_on, reason)
        return going_on.update(ended_at=timezone.now(), end_reason=reason)

    def note_pair_seen(self, login_id: uuid.UUID, pair: uuid.UUID) -> bool:
        """Note that a token of the live pair was sent; False unless this call was the first to."""
        unseen = self.filter(id=login_id, refresh_jti=pair, pair_seen=False)
        return bool(unseen.update(pair_seen=True))


def _blacklist_tokens(logins: LoginQuerySet, reason: EndReason) -> None:
    tokens = logins.filter(strategy=Login.TOKEN_STRATEGY, token_version=F("user__token_version"))
    blacklist(tokens.values_list("pk", "user_id", "expires"), "login", reason)


class Login(models.Model):
    """One signed-in device of one user, whichever strategy carries it; its id is the ``sid``."""

    # Its tokens are looked up on the blacklist; other logins need no row there.
    TOKEN_STRATEGY = "jwt-blacklist-joined"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="logins", db_index=False)
    strategy = models.SlugField(max_length=40, db_index=False)
    token_version = models.PositiveIntegerField(help_text="The user's when it began.")
    digest = models.UUIDField(
        null=True, editable=False, help_text="Of an opaque credential, keyed."
    )
    refresh_jti = models.UUIDField(
        null=True, editable=False, help_text="The one refresh token not yet spent."
    )
    refreshed_at = models.DateTimeField(null=True, editable=False)
    pair_seen = models.BooleanField(
        default=True, editable=False, help_text="Whether a token of the live pair was ever sent."
    )
    spent = models.JSONField(
        default=list,
        editable=False,
        help_text="Refresh tokens spent within the grace: jti and epoch milliseconds of each. "
        "The last one stays: it is the parent of the live one.",
    )
    created = models.DateTimeField(default=timezone.now)
    last_seen = models.DateTimeField(default=timezone.now)
    password_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="When the password was last given in it."
    )
    expires = models.DateTimeField()
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=400, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=16, choices=EndReason.choices, blank=True)
    replay_notified_at = models.DateTimeField(
        null=True, editable=False, help_text="When the user was told of a replay."
    )

    objects = LoginQuerySet.as_manager()

    class Meta:
        ordering = ["-created"]
        indexes = [
            models.Index(fields=["user", "ended_at"], name="login_of_user"),
            # A script that logs in at each run leaves thousands: the ones used last are found
            # without looking at the others.
            models.Index(
                fields=["user", "-last_seen"], name="login_not_ended", condition=Q(ended_at=None)
            ),
            # Nearly empty, and asked for each page.
            models.Index(
                fields=["user"],
                name="login_replay_untold",
                condition=Q(end_reason=EndReason.REPLAYED, replay_notified_at=None),
            ),
        ]
        constraints = [
            # Most logins have none. An index with their rows too tells SQLite, once it has been
            # analysed, that a digest finds many.
            models.UniqueConstraint(
                fields=["digest"], name="login_of_digest", condition=Q(digest__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} by {self.strategy} since {self.created:%Y-%m-%d %H:%M}"

    @property
    def unused_until(self) -> datetime:
        """When it is over unless it is used: a session idle, a refresh token not spent."""
        if self.refresh_jti is None:
            return self.last_seen + settings.SESSION_IDLE
        return (self.refreshed_at or self.created) + settings.REFRESH_TOKEN_LIFETIME


def login_begin(
    user: User,
    *,
    strategy: str,
    lifetime: timedelta | None = None,
    password_at: datetime | None = None,
    refresh_jti: uuid.UUID | None = None,
    ip: str | None = None,
    user_agent: str = "",
) -> Login:
    """Record a new login of ``user``. Its end is fixed here and never moves.

    ``password_at``: when the password was last given, where that is not now. ``refresh_jti``: the
    id of its first refresh token, where that is known already.

    The version is the one read with the password: a change of password that commits between the
    check and this insert makes the new login outdated, as it should be.
    """
    now = timezone.now()
    login = Login(
        user=user,
        strategy=strategy,
        token_version=user.token_version,
        created=now,
        last_seen=now,
        password_at=password_at or now,
        refresh_jti=refresh_jti,
        expires=now + (lifetime or settings.LOGIN_LIFETIME),
        ip=ip,
        user_agent=user_agent[:400].replace("\0", ""),
    )
    values = [
        field.get_db_prep_save(getattr(login, field.attname), connection) for field in _LOGIN_FIELDS
    ]
    with connection.cursor() as cursor:
        cursor.execute(_LOGIN_INSERT, values)
    login._state.adding, login._state.db = False, DEFAULT_DB_ALIAS
    return login


_LOGIN_FIELDS = Login._meta.concrete_fields
_LOGIN_INSERT = (
    f'INSERT INTO "{Login._meta.db_table}" '  # noqa: S608 - our own text
    f"({', '.join(str(field.column) for field in _LOGIN_FIELDS)}) "
    f"VALUES ({', '.join(['%s'] * len(_LOGIN_FIELDS))})"
)


@transaction.atomic
def login_replace(login: Login, *, reason: EndReason) -> Login:
    """End a login, and begin another one of the same device with the same fixed end.

    Its first refresh token has an id already, if the old one had such a token.

    Raises:
        Login.DoesNotExist: it has ended meanwhile.
    """
    live = Login.objects.live().select_related("user")
    old = live.select_for_update(of=("self",)).get(pk=login.pk)
    Login.objects.filter(pk=old.pk).end(reason)
    return Login.objects.create(
        user=old.user,
        strategy=old.strategy,
        token_version=old.user.token_version,
        refresh_jti=uuid.uuid4() if old.refresh_jti else None,
        expires=old.expires,
        ip=old.ip,
        user_agent=old.user_agent,
    )


_TOUCH = (
    f'UPDATE "{Login._meta.db_table}" SET "last_seen" = %s '  # noqa: S608 - our own text
    'WHERE "id" = %s AND "last_seen" < %s'
)
# Until the end of the statement's own transaction, before which it is executed.
_UNFLUSHED = " RETURNING set_config('synchronous_commit', 'off', true)"


_REPLAY_UNTOLD = (
    f'SELECT 1 FROM "{Login._meta.db_table}" '  # noqa: S608 - our own text
    f'WHERE "user_id" = %s AND "end_reason" = \'{EndReason.REPLAYED.value}\' '
    'AND "replay_notified_at" IS NULL LIMIT 1'
)


def login_replay_untold(user: User) -> bool:
    """Whether a replay has ended a login that its user has not been told of. One statement.

    Each page asks. The reason is in its text, or no database would know that the index is for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REPLAY_UNTOLD, [user.pk])
        return cursor.fetchone() is not None


def login_touch(login_id: uuid.UUID) -> None:
    """Note that a login was used, unless another request of this minute did. One statement.

    A request waits for it, so PostgreSQL answers before it is on the disk. If that server crashes,
    the notes of its last second may be lost: such a login looks unused for a minute longer, until
    its next request. Nothing else may be: every other transaction is flushed as always. Within a
    larger one the note is flushed with it.
    https://www.postgresql.org/docs/current/wal-async-commit.html
    """
    now = timezone.now()
    is_alone = connection.vendor == "postgresql" and not connection.in_atomic_block
    sql = _TOUCH + _UNFLUSHED if is_alone else _TOUCH
    with connection.cursor() as cursor:
        cursor.execute(sql, bind(now, login_id, now - TOUCH_EVERY))


def blacklist_login(login: Login, *, reason: EndReason) -> None:
    """Blacklist every token of a login, also the older ones; its row stays as it is."""
    blacklist([(login.pk, login.user_id, login.expires)], "login", reason)


class Session(models.Model):
    """A row of our session engine. The cookie holds a random key, the row its keyed digest."""

    digest = models.UUIDField(primary_key=True, editable=False)
    login = models.OneToOneField(Login, null=True, on_delete=models.CASCADE, editable=False)
    data = models.TextField(blank=True)
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"session of login {self.login_id}"
