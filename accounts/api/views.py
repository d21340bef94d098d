"""The site's own API: log in by cookie or by token, and ask who is logged in."""

from typing import Any

from django.middleware.csrf import get_token
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.api import serializers
from accounts.api.authentication import (
    CHALLENGE,
    Action,
    Auth,
    action_after,
    enforce_csrf,
    is_from_another,
)
from accounts.api.parsers import StrictJSONParser
from accounts.models import EndReason, Login, User
from accounts.site import signin
from accounts.site.guesses import BadCredentials
from accounts.strategies import Credential, Refused
from accounts.tokens.codec import decode, peek
from accounts.tokens.realm import TokenRefused, site_realm

_JSON = "application/json"
_UNAUTHORIZED = {401: serializers.Unauthorized}
_GUESSED = {**_UNAUTHORIZED, 429: serializers.Problem}
_NOTHING = {"type": "object", "additionalProperties": False}


_HEADERS: dict[type, dict[str, str]] = {}


class ApiView(APIView):
    """A view that answers in JSON, and every 401 with a challenge."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        # DRF looks through the methods of a view for each request; they never change.
        kept = _HEADERS.get(type(self))
        if kept is None:
            kept = _HEADERS[type(self)] = super().default_response_headers
        return {**kept}

    def get_authenticate_header(self, request: Request) -> str:
        # RFC 6750, section 3. A view without authenticators has none, and DRF would answer 403.
        return CHALLENGE


class PublicApiView(ApiView):
    """A view that needs no log-in and reads no credential."""

    authentication_classes: tuple[type[BaseAuthentication], ...] = ()
    permission_classes = (AllowAny,)


def valid(serializer: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
    """The body of a request.

    Raises:
        ValidationError: it is not what the serializer describes.
    """
    checked = serializer(data=request.data)
    checked.is_valid(raise_exception=True)
    return dict(checked.validated_data)


def _signed_in(request: Request, *, username: str, password: str) -> User:
    try:
        return signin.sign_in(request._request, username=username, password=password)
    except BadCredentials as error:
        raise AuthenticationFailed(
            "No active account found with the given credentials", code="no_active_account"
        ) from error


def _me(user: User, auth: Auth) -> dict[str, Any]:
    return {
        "id": user.pk,
        "username": user.get_username(),
        "role": user.role,
        "login": str(auth.login_id),
        "carrier": auth.carrier,
    }


class SessionLogin(PublicApiView):
    """Log in by cookie. It needs a CSRF token: another site could log you in as somebody else."""

    @extend_schema("session_csrf", responses=serializers.CsrfToken)
    def get(self, request: Request) -> Response:
        """Get a CSRF token, for clients that have no page to take it from."""
        return Response({"csrf_token": get_token(request._request)})

    @extend_schema(
        "session_login",
        request=serializers.SessionStart,
        responses={200: serializers.SessionStarted, **_GUESSED},
    )
    def post(self, request: Request) -> Response:
        """Check name and password, and start a session that replaces any earlier one.

        The CSRF token from before the log-in is void after it, so the answer has a new one.
        """
        enforce_csrf(request._request)
        body = valid(serializers.SessionStart, request)
        remember = body.pop("remember")
        user = _signed_in(request, **body)
        login_id = signin.start_session(request._request, user, remember=remember)
        me = _me(user, Auth(login_id, "session"))
        return Response({**me, "csrf_token": get_token(request._request)})


class SessionLogout(PublicApiView):
    """Log out by cookie."""

    @extend_schema("session_logout", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End the session of the cookie. Without one nothing happens, so it may be repeated."""
        enforce_csrf(request._request)
        signin.end_session(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TokenView(PublicApiView):
    """One of simplejwt's own paths: its clients send JSON or a form.

    The document tells of JSON alone: what generators write for several bodies does not work.
    """

    parser_classes = (StrictJSONParser, FormParser, MultiPartParser)


class TokenObtain(TokenView):
    """simplejwt's ``TokenObtainPairView``."""

    @extend_schema(
        "token_obtain",
        request={_JSON: serializers.NamePassword},
        responses={200: serializers.TokenPair, **_GUESSED},
    )
    def post(self, request: Request) -> Response:
        """Log in, and get an access token and a refresh token."""
        user = _signed_in(request, **valid(serializers.NamePassword, request))
        pair = signin.start_token_login(request._request, user)
        return Response(token_pair(pair))


def token_pair(pair: Credential) -> dict[str, Any]:
    """simplejwt's answer, and the seconds that the access token lives (RFC 6749, section 5.1)."""
    claims = peek(pair.value)[1]
    lifetime = claims["exp"] - claims["iat"]
    return {"refresh": pair.refresh, "access": pair.value, "expires_in": lifetime}


def _token_not_valid(
    verdict: Refused | TokenRefused, action: Action = "log_in"
) -> AuthenticationFailed:
    return AuthenticationFailed(
        {"detail": verdict.reason, "code": "token_not_valid", "action": action}
    )


class TokenRefresh(TokenView):
    """simplejwt's ``TokenRefreshView``, with its ``ROTATE_REFRESH_TOKENS``."""

    @extend_schema(
        "token_refresh",
        request={_JSON: serializers.Refresh},
        responses={200: serializers.TokenPair, **_UNAUTHORIZED},
    )
    def post(self, request: Request) -> Response:
        """Get a new access token and a new refresh token. The old refresh token is spent.

        If a spent refresh token is sent again, somebody has a copy of it, so its login ends. Two
        cases are told apart. Requests that run in parallel all get the same new refresh token. If
        the answer was lost, and so no token of it was ever sent, the client gets new ones.
        """
        refresh = valid(serializers.Refresh, request)["refresh"]
        renewed = signin.refresh_tokens(request._request, refresh)
        if isinstance(renewed, Refused):
            raise _token_not_valid(renewed)
        return Response(token_pair(renewed))


class TokenVerify(TokenView):
    """simplejwt's ``TokenVerifyView``."""

    @extend_schema(
        "token_verify",
        request={_JSON: serializers.AnyToken},
        responses={200: _NOTHING, **_UNAUTHORIZED},
    )
    def post(self, request: Request) -> Response:
        """Ask whether a token of either type is accepted now, its user and login included."""
        token = valid(serializers.AnyToken, request)["token"]
        verdict, _ = signin.judge_token(request._request, token)
        if isinstance(verdict, Refused):
            raise _token_not_valid(verdict, action_after(verdict, token))
        return Response({})


class TokenBlacklist(TokenView):
    """simplejwt's ``TokenBlacklistView``: how an API client logs out."""

    @extend_schema(
        "token_blacklist",
        request={_JSON: serializers.Refresh},
        responses={200: _NOTHING, 403: serializers.Problem, **_UNAUTHORIZED},
    )
    def post(self, request: Request) -> Response:
        """End the login of a refresh token: all its tokens are refused from the next request on.

        Needs only the token, and may be repeated. Where a valid bearer token of another user comes
        along, it is refused.
        """
        refresh = valid(serializers.Refresh, request)["refresh"]
        try:
            claims = decode(site_realm(), refresh, token_type="refresh")
        except TokenRefused as error:
            raise _token_not_valid(error) from error
        if is_from_another(request, claims.user_id):
            raise PermissionDenied("This is another user's token", code="not_your_token")
        Login.objects.filter(pk=claims.sid).end(EndReason.LOGGED_OUT)
        return Response({})


class MeView(ApiView):
    """The user and the login of a request."""

    @extend_schema("account_me", responses={200: serializers.Me, 401: serializers.Unauthorized})
    def get(self, request: Request) -> Response:
        """Get the user and the login of the cookie or token that was sent."""
        return Response(_me(request.user, request.auth))  # type: ignore[arg-type]
