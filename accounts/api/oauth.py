"""OAuth endpoints: revocation (RFC 7009), introspection (RFC 7662) and keys (RFC 7517)."""

from datetime import UTC, datetime
from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.parsers import FormParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import is_from_another
from accounts.api.serializers import Unauthorized
from accounts.api.views import ApiView, PublicApiView
from accounts.models import EndReason, Login, User, blacklist_token
from accounts.site import signin
from accounts.strategies import Accepted
from accounts.tokens.codec import Claims
from accounts.tokens.realm import site_realm

_KEYS_MAX_AGE = 300


class TokenParameter(serializers.Serializer[None]):
    """The form of both requests. The hint could only speed up a search, so it is ignored."""

    token = serializers.CharField(write_only=True)
    token_type_hint = serializers.CharField(write_only=True, required=False, allow_blank=True)


class OAuthError(serializers.Serializer[None]):
    """An error (RFC 6749, section 5.2)."""

    error = serializers.CharField(read_only=True)
    error_description = serializers.CharField(required=False)


class Introspection(serializers.Serializer[None]):
    """The answer of RFC 7662, section 2.2. For an inactive token it is ``active`` alone."""

    active = serializers.BooleanField(read_only=True)
    token_type = serializers.CharField(required=False)
    username = serializers.CharField(required=False)
    sub = serializers.CharField(required=False)
    exp = serializers.IntegerField(required=False)
    iat = serializers.IntegerField(required=False)
    iss = serializers.CharField(required=False)
    aud = serializers.CharField(required=False)
    jti = serializers.CharField(required=False)
    sid = serializers.CharField(required=False)


class OAuthRefused(APIException):
    """A 400 in OAuth's own words (RFC 6749, section 5.2)."""

    status_code = status.HTTP_400_BAD_REQUEST

    def __init__(self, error: str, description: str) -> None:
        super().__init__({"error": error, "error_description": description})


class Jwks(serializers.Serializer[None]):
    """A JWK set."""

    keys = serializers.ListField(child=serializers.DictField(), read_only=True)


def _token(request: Request) -> str:
    sent: QueryDict = request.data if isinstance(request.data, QueryDict) else QueryDict()
    # A parameter that is sent twice is an error (RFC 6749, section 3.2).
    twice = any(len(values) > 1 for _, values in sent.lists())
    # A parameter without a value counts as left out (the same section).
    if twice or not sent.get("token"):
        raise OAuthRefused("invalid_request", "Send one parameter named token, and none twice")
    form = TokenParameter(data=request.data)
    if not form.is_valid():
        raise OAuthRefused("invalid_request", "The token is not a string of characters")
    return str(form.validated_data["token"])


class Revoke(PublicApiView):
    """RFC 7009."""

    parser_classes = (FormParser,)

    @extend_schema(
        request={"application/x-www-form-urlencoded": TokenParameter},
        responses={200: None, 400: OAuthError},
    )
    def post(self, request: Request) -> Response:
        """Revoke a token; whoever holds it may. The answer to an unknown token is the same.

        A refresh token ends its login with all its tokens. An access token ends itself alone.
        Where a valid bearer token of another user comes along, it is refused.
        """
        _, claims = signin.judge_token(_token(request))
        if claims is None:
            return Response(status=status.HTTP_200_OK)
        if is_from_another(request, claims.user_id):
            raise OAuthRefused("invalid_grant", "This is another user's token")
        _revoke(claims)
        return Response(status=status.HTTP_200_OK)


def _revoke(claims: Claims) -> None:
    if claims.token_type == "refresh":
        Login.objects.filter(pk=claims.sid).end(EndReason.LOGGED_OUT)
    else:
        blacklist_token(
            claims.jti,
            user_id=claims.user_id,
            token_type=claims.token_type,
            expires=datetime.fromtimestamp(claims.expires, UTC),
            reason=EndReason.LOGGED_OUT,
        )


class Introspect(ApiView):
    """RFC 7662."""

    parser_classes = (FormParser,)
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        request={"application/x-www-form-urlencoded": TokenParameter},
        responses={200: Introspection, 400: OAuthError, 401: Unauthorized},
    )
    def post(self, request: Request) -> Response:
        """Ask whether a token is accepted now, as staff or as the token's own user.

        For anybody else every token is inactive, so that nobody can find out whether it exists
        (section 2.2).
        """
        verdict, claims = signin.judge_token(_token(request))
        if not isinstance(verdict, Accepted) or claims is None:
            return Response({"active": False})
        if not isinstance(request.user, User) or not _may_see(request.user, claims):
            return Response({"active": False})
        return Response(_described(verdict, claims))


def _may_see(user: User, claims: Claims) -> bool:
    return user.is_staff or user.pk == claims.user_id


def _described(verdict: Accepted, claims: Claims) -> dict[str, Any]:
    known = {
        "active": True,
        "username": verdict.user.get_username(),
        "sub": str(claims.user_id),
        "exp": claims.expires,
        "iat": claims.issued,
        "iss": site_realm().issuer,
        "aud": site_realm().audience,
        "jti": claims.jti.hex,
        "sid": claims.sid.hex,
    }
    if claims.token_type == "access":
        known["token_type"] = "Bearer"
    return known


class JwksView(PublicApiView):
    """The public keys."""

    @extend_schema(responses=Jwks)
    def get(self, request: Request) -> Response:
        """Get the public keys of this site's tokens. If a secret signs them there are none."""
        response = Response({"keys": site_realm().keyring.public()})
        response["Cache-Control"] = f"public, max-age={_KEYS_MAX_AGE}"
        return response
