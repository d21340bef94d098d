"""Authentication of API requests: by bearer token or, if none was sent, by cookie."""

import uuid
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.models import User, login_touch
from accounts.site.signin import check_token, may_refresh
from accounts.strategies import Accepted, Refused
from accounts.strategies.session_joined import SessionStore
from accounts.tracing.recorder import current_trace, step
from accounts.tracing.redaction import mask, size

CHALLENGE = 'Bearer realm="api"'
# What a client does after a 401.
Action = Literal["refresh", "log_in"]


@dataclass(frozen=True, slots=True)
class Auth:
    """``request.auth``: the login of a request, and the kind of credential that named it."""

    login_id: uuid.UUID
    carrier: Literal["session", "jwt"]


class SiteAuthentication(BaseAuthentication):
    """The site's own two modes. Each costs one query."""

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE

    def authenticate(self, request: Request) -> tuple[User, Auth] | None:
        """The user and the login; None if no credential was sent.

        Any Authorization header switches the cookie off: a bad token is refused, and never replaced
        by the cookie's user.
        """
        token = bearer_token(request)
        return _by_cookie(request) if token is None else _by_token(request._request, token)


def _by_token(request: HttpRequest, token: str) -> tuple[User, Auth]:
    verdict = check_token(request, token)
    if isinstance(verdict, Refused):
        raise refusal(verdict, token)
    return verdict.user, Auth(_seen(verdict), "jwt")


def _by_cookie(request: Request) -> tuple[User, Auth] | None:
    django_request: HttpRequest = request._request
    session = django_request.session
    with step("load session", kind="parse"):
        user = django_request.user
        anonymous = not user.is_authenticated
    if anonymous or not isinstance(session, SessionStore) or session.login_id is None:
        return None
    enforce_csrf(django_request)
    name = session.session_key or ""
    note_credential("cookie", settings.SESSION_COOKIE_NAME, name)
    return session.user, Auth(session.login_id, "session")  # type: ignore[return-value]


def _seen(verdict: Accepted) -> uuid.UUID:
    login_id = verdict.login_id
    if login_id is None:
        raise TypeError("the site's strategies always know the login")
    if verdict.needs_touch:
        login_touch(login_id)
    return login_id


def is_from_another(request: Request, user_id: int) -> bool:
    """Whether a valid bearer token came along, and its user is another one.

    For log-outs, which need no other credential than the token that they end. A bearer token that
    does not hold is nobody's: often it has expired meanwhile.
    """
    try:
        token = bearer_token(request)
    except AuthenticationFailed:
        return False
    verdict = check_token(request._request, token) if token else None
    return isinstance(verdict, Accepted) and verdict.user.pk != user_id


def current_login(request: Request) -> tuple[User, Auth]:
    """The user and the login of a request to a view that requires one."""
    user, auth = request.user, request.auth
    if not isinstance(user, User) or not isinstance(auth, Auth):
        raise TypeError("only for views that require a log-in")
    return user, auth


def bearer_token(request: Request, wanted: str = "Bearer") -> str | None:
    """The token of the Authorization header; None without such a header.

    The scheme's name is case-insensitive (RFC 9110, section 11.1). A token anywhere else, in a
    form field or the URL, is ignored (RFC 9700, section 4.3.2).

    Raises:
        AuthenticationFailed: the header is there and is not ``Bearer <token>``, or of the scheme
            that is wanted in its place.
    """
    with step("read header", kind="parse"):
        header: str | None = request._request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        token = token.strip()
        if scheme.lower() != wanted.lower():
            raise AuthenticationFailed(f"Only {wanted} tokens count here", "unsupported_scheme")
        if not token or " " in token:
            raise AuthenticationFailed(
                f"Authorization header must be '{wanted}', a space and a token",
                code="bad_authorization_header",
            )
    note_credential("bearer", "Authorization", token)
    return token


def note_credential(carrier: str, name: str, credential: str) -> None:
    """Record in the trace how a credential was sent, and its size in bytes."""
    if trace := current_trace():
        masked = mask(credential)
        trace.carried(carrier=carrier, name=name, masked=masked, size=size(credential))


def enforce_csrf(request: HttpRequest) -> None:
    """Refuse an unsafe request without a CSRF token, as DRF does for its session log-ins.

    Raises:
        PermissionDenied: 403 with the reason.
    """
    if request.method in SAFE_METHODS:
        return
    check = CSRFCheck(lambda _: None)  # type: ignore[arg-type]
    check.process_request(request)
    if reason := check.process_view(request, None, (), {}):  # type: ignore[arg-type]
        raise PermissionDenied(f"CSRF failed: {reason}", code="csrf_failed")


def refusal(verdict: Refused, token: str) -> AuthenticationFailed:
    """The 401 for a verdict on a bearer token, with simplejwt's codes and in its shape."""
    if verdict.code in ("user_not_found", "user_inactive"):
        return AuthenticationFailed(verdict.reason, code=verdict.code)
    return AuthenticationFailed(
        {
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "action": action_after(verdict, token),
            "messages": [
                {
                    "token_class": "AccessToken",
                    "token_type": "access",
                    "message": verdict.reason,
                }
            ],
        }
    )


def action_after(verdict: Refused, token: str) -> Action:
    """What helps the client whose token was refused."""
    return "refresh" if may_refresh(verdict, token) else "log_in"
