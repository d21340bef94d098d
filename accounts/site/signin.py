"""The one check of name and password, for pages and API, and the life of a cookie login."""

import uuid
from datetime import UTC, datetime
from functools import cache

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth import login as django_login
from django.core.signals import setting_changed
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import EndReason, Login, User, login_begin
from accounts.models.user import normal_name
from accounts.models.user_row import user_logged_in_now
from accounts.site import throttle
from accounts.site.clients import client_ip, throttle_key
from accounts.site.guesses import BadCredentials, guess_counted
from accounts.site.security import security_note
from accounts.site.throttle import Limit, Throttled
from accounts.strategies import Accepted, Credential, Refused
from accounts.strategies.jwt_blacklist_joined import JwtBlacklistJoined
from accounts.strategies.session_joined import SessionStore
from accounts.tokens.codec import Claims, decode, peek
from accounts.tokens.realm import TokenRefused, site_realm

MAX_PASSWORD_LENGTH = 4096
# What may be wrong with an access token alone, its signature being ours.
_ONLY_THIS_TOKEN = frozenset({"expired", "too_long", "token_blacklisted"})
_SPENT = Refused("look up refresh token", "refresh_spent", "This refresh token has been spent")


def sign_in(request: HttpRequest, *, username: str, password: str) -> User:
    """Check a name and a password; only a wrong guess is counted.

    Raises:
        Throttled: too many wrong guesses from here or for this account.
        BadCredentials: unknown, wrong or disabled, all alike and in about the same time.
    """
    name = normal_name(username)
    if len(password) > MAX_PASSWORD_LENGTH:
        raise BadCredentials
    try:
        with guess_counted(name, client_ip(request)):
            return _authenticated(request, name, password)
    except Throttled:
        security_note(request, "sign-in throttled", user_id=_user_id(name))
        raise
    except BadCredentials:
        security_note(request, "sign-in failed", user_id=_user_id(name))
        raise


def _authenticated(request: HttpRequest, name: str, password: str) -> User:
    user = authenticate(request, username=name, password=password)
    if not isinstance(user, User):
        raise BadCredentials
    return user


def _user_id(name: str) -> int | None:
    return User.objects.filter(name_key=name).values_list("pk", flat=True).first()


def count_sign_up(request: HttpRequest) -> None:
    """Count a request for an account: each one made costs a hash and a row for good.

    Refused ones count too, as they tell which names are taken.

    Raises:
        Throttled: too many from this address.
    """
    throttle.take(Limit("sign-up", throttle_key(client_ip(request))))


@transaction.atomic
def start_session(request: HttpRequest, user: User, *, remember: bool) -> uuid.UUID:
    """Log a browser in: never in the session that was there before, also not the same user's.

    Without ``remember`` the cookie is gone when the browser is closed, and the login ends sooner.
    Returns the login's id. In one transaction: a login without its session is never seen.
    """
    before, store = current_login(request), _store(request)
    store.flush()
    store.set_expiry(settings.LOGIN_LIFETIME if remember else 0)
    django_login(request, user)
    store.save()
    if before is not None:
        # Last, as whoever ends all logins of a user holds the user's row before the logins' too:
        # two that want the same rows must not wait for each other in a circle.
        Login.objects.filter(pk=before).end(EndReason.LOGGED_OUT)
    if store.login_id is None:
        raise TypeError("the receiver of user_logged_in binds every session to a login")
    return store.login_id


def end_session(request: HttpRequest) -> None:
    """Log a browser out; without a login it does nothing, so it works twice."""
    login_id, store = current_login(request), _store(request)
    if login_id is None:
        return store.flush()
    with transaction.atomic():
        store.flush()
        Login.objects.filter(pk=login_id).end(EndReason.LOGGED_OUT)
    return None


def renew_token_login(login_id: uuid.UUID) -> Credential | None:
    """Give an API client that changed its password new tokens; None if its login has ended.

    No token from before counts any more, so that a copy is worth nothing.
    """
    try:
        return token_strategy().reissue(Login(pk=login_id), "")
    except Login.DoesNotExist:
        return None


def must_confirm(login_id: uuid.UUID | None) -> bool:
    """Whether the password has to be given again, as it was long ago (OWASP ASVS 5.0, 7.5.2)."""
    since = timezone.now() - settings.PASSWORD_COUNTS_FOR
    recent = Login.objects.filter(password_at__gt=since)
    return login_id is None or not recent.filter(pk=login_id).exists()


def confirm(
    request: HttpRequest, user: User, password: str, *, login_id: uuid.UUID | None = None
) -> None:
    """Check the password of somebody who is logged in, and note in the login when it was given.

    ``login_id``: the login, unless it is that of the request's cookie.

    Raises:
        Throttled: too many wrong guesses.
        BadCredentials: it is not the password.
    """
    sign_in(request, username=user.get_username(), password=password)
    asking = Login.objects.filter(pk=login_id or current_login(request) or uuid.UUID(int=0))
    asking.update(password_at=timezone.now())


def renew_session_key(request: HttpRequest) -> None:
    """Go on under a new key: a copy of the cookie from before is worth nothing."""
    _store(request).cycle_key()


def current_login(request: HttpRequest) -> uuid.UUID | None:
    """The id of the login that a request's cookie carries."""
    store = _store(request)
    store.keys()
    return store.login_id


def _store(request: HttpRequest) -> SessionStore:
    store = request.session
    if not isinstance(store, SessionStore):
        raise TypeError("SESSION_ENGINE must be accounts.strategies.session_joined")
    return store


@cache
def token_strategy() -> JwtBlacklistJoined:
    """The strategy that carries the site's bearer tokens: one instance, as it keeps nothing."""
    return JwtBlacklistJoined(site_realm())


@receiver(setting_changed)
def _forget(**kwargs: object) -> None:
    token_strategy.cache_clear()


@transaction.atomic
def start_token_login(
    request: HttpRequest, user: User, *, asked_by: uuid.UUID | None = None
) -> Credential:
    """Log an API client in: a login of its own, and its first pair of tokens.

    ``asked_by``: the login that asks for it without a password. What begins so lives no longer than
    an access token and is no younger where the password counts: a thief of the cookie must not get
    a credential that can do more than the cookie.

    In one transaction: a login without its refresh token is never seen, nor ended.
    """
    login = login_begin(
        user,
        strategy=JwtBlacklistJoined.slug,
        lifetime=settings.ACCESS_TOKEN_LIFETIME if asked_by else None,
        password_at=_password_at(asked_by) if asked_by else None,
        refresh_jti=uuid.uuid4(),
        ip=client_ip(request),
        user_agent=request.META.get("HTTP_USER_AGENT", ""),
    )
    user_logged_in_now(user)  # as Django's receiver does it for a session
    return token_strategy().pair_of(login)


def _password_at(login_id: uuid.UUID) -> datetime:
    """When the password was last given in a login; long ago if it has just been deleted."""
    given = Login.objects.filter(pk=login_id).values_list("password_at", flat=True).first()
    return given or datetime.fromtimestamp(0, UTC)


def check_token(request: HttpRequest, token: str) -> Accepted | Refused:
    """Judge the access token that a request carries."""
    verdict = token_strategy().check(token)
    note_replay(request, token, verdict)
    return verdict


def judge_token(request: HttpRequest, token: str) -> tuple[Accepted | Refused, Claims | None]:
    """Judge a token of either type. Its claims come too where they could be read.

    A refresh token holds as long as it is not spent.
    """
    try:
        claims = decode(site_realm(), token, token_type=None)
    except TokenRefused as error:
        return Refused(error.step, error.code, error.reason), None
    verdict = token_strategy().judge(claims)
    note_replay(request, token, verdict)
    if claims.token_type == "refresh" and isinstance(verdict, Accepted):
        unspent = Login.objects.filter(pk=claims.sid, refresh_jti=claims.jti)
        return (verdict if unspent.exists() else _SPENT), claims
    return verdict, claims


def may_refresh(verdict: Refused, token: str) -> bool:
    """Whether a refused token is an access token of a login that goes on: a new one helps."""
    if verdict.code not in _ONLY_THIS_TOKEN:
        return False
    claims = peek(token)[1]  # its signature has been verified
    try:
        login_id = uuid.UUID(hex=str(claims.get("sid")))
    except ValueError:
        return False
    is_access = claims.get("token_type") == "access"
    return is_access and Login.objects.live().filter(pk=login_id).exists()


def refresh_tokens(request: HttpRequest, refresh: str) -> Credential | Refused:
    """Spend a refresh token of an API client; its login ends if two hold a copy."""
    renewed = token_strategy().renew(refresh)
    note_replay(request, refresh, renewed)
    return renewed


def note_replay(request: HttpRequest, token: str, verdict: object) -> None:
    """Log it if this token, whose signature holds, has ended its login."""
    if isinstance(verdict, Refused) and verdict.code == "refresh_replayed":
        security_note(request, "refresh token replayed", user_id=peek(token)[1].get("user_id"))
