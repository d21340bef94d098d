"""OAuth endpoints: revocation (RFC 7009), introspection (RFC 7662), keys (RFC 7517), metadata.

The metadata (RFC 8414) tells a client or a resource server where the other three are.
"""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.parsers import FormParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.authentication import SiteAuthentication, is_from_another
from accounts.api.resource_servers import (
    OAuthRefused,
    ResourceServer,
    ResourceServerAuthentication,
)
from accounts.api.serializers import Problem, Unauthorized
from accounts.api.views import ApiView, PublicApiView
from accounts.models import EndReason, Login, User, blacklist_token
from accounts.site import signin
from accounts.strategies import Accepted
from accounts.tokens.codec import Claims
from accounts.tokens.realm import Realm, site_realm

_MAX_AGE = 300


def _strings() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), read_only=True)


class TokenParameter(serializers.Serializer[None]):
    """The form of both requests. The hint could only speed up a search, so it is ignored."""

    token = serializers.CharField(write_only=True)
    token_type_hint = serializers.CharField(write_only=True, required=False, allow_blank=True)


class OAuthError(serializers.Serializer[None]):
    """An error (RFC 6749, section 5.2)."""

    error = serializers.CharField(read_only=True)
    error_description = serializers.CharField(read_only=True)


class Introspection(serializers.Serializer[None]):
    """The answer of RFC 7662, section 2.2. For an inactive token it is ``active`` alone.

    Further members are the claims that ``TOKEN_CLAIMS`` adds to access tokens.
    """

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


class Metadata(serializers.Serializer[None]):
    """What this server can do (RFC 8414, section 2), as far as it can: it has no grants."""

    issuer = serializers.CharField(read_only=True, help_text="The iss of its tokens.")
    jwks_uri = serializers.CharField(required=False, help_text="Where anybody can verify tokens.")
    response_types_supported = _strings()
    grant_types_supported = _strings()
    revocation_endpoint = serializers.CharField(read_only=True)
    revocation_endpoint_auth_methods_supported = _strings()
    introspection_endpoint = serializers.CharField(read_only=True)
    introspection_endpoint_auth_methods_supported = _strings()
    service_documentation = serializers.CharField(read_only=True)


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


_REFUSED = PolymorphicProxySerializer(
    component_name="IntrospectionRefused",
    serializers=[OAuthError, Unauthorized],
    resource_type_field_name=None,
)


class Revoke(PublicApiView):
    """RFC 7009."""

    authentication_classes = (ResourceServerAuthentication,)
    parser_classes = (FormParser,)

    @extend_schema(
        "oauth_revoke",
        request={"application/x-www-form-urlencoded": TokenParameter},
        responses={200: None, 400: OAuthError, 401: OAuthError},
    )
    def post(self, request: Request) -> Response:
        """Revoke a token; whoever holds it may. The answer to an unknown token is the same.

        A refresh token ends its login with all its tokens. An access token ends itself alone.
        Where a valid bearer token of another user comes along, it is refused.
        """
        _, claims = signin.judge_token(request._request, _token(request))
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

    authentication_classes = (ResourceServerAuthentication, SiteAuthentication)
    parser_classes = (FormParser,)
    permission_classes = (IsAuthenticated,)

    @extend_schema(
        "oauth_introspect",
        request={"application/x-www-form-urlencoded": TokenParameter},
        responses={200: Introspection, 400: OAuthError, 401: _REFUSED, 403: Problem},
    )
    def post(self, request: Request) -> Response:
        """Ask whether a token is accepted now: a resource server, staff or the token's own user.

        For anybody else every token is inactive, so that nobody can find out whether it exists
        (section 2.2).
        """
        verdict, claims = signin.judge_token(request._request, _token(request))
        if not isinstance(verdict, Accepted) or claims is None:
            return Response({"active": False})
        if not _may_see(request.user, claims):
            return Response({"active": False})
        return Response(_described(verdict, claims))


def _may_see(asking: object, claims: Claims) -> bool:
    if isinstance(asking, User):
        return asking.is_staff or asking.pk == claims.user_id
    return isinstance(asking, ResourceServer)


def _described(verdict: Accepted, claims: Claims) -> dict[str, Any]:
    own = {name: claims.extra[name] for name in settings.TOKEN_CLAIMS if name in claims.extra}
    known = {
        **own,
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

    @extend_schema("oauth_keys", responses=Jwks)
    def get(self, request: Request) -> Response:
        """Get the public keys of this site's tokens. If a secret signs them there are none."""
        return _public({"keys": site_realm().keyring.public()})


class MetadataView(PublicApiView):
    """RFC 8414."""

    @extend_schema("oauth_metadata", responses={200: Metadata, 404: Problem})
    def get(self, request: Request) -> Response:
        """Get where the OAuth endpoints are, and who may ask them.

        ``issuer`` is the ``iss`` of the tokens, so it is there only where ``JWT_ISSUER`` is the
        address of this site. There is no token endpoint: ``/api/token/`` speaks simplejwt's words.
        """
        realm = site_realm()
        if not realm.issuer.startswith(("https://", "http://")):
            raise NotFound("JWT_ISSUER is not the address of this site")
        basic = ["client_secret_basic"] if settings.RESOURCE_SERVERS else []
        content: dict[str, Any] = {
            "issuer": realm.issuer,
            # Left out, they would mean the authorization code and the implicit grant (section 2).
            "response_types_supported": [],
            "grant_types_supported": [],
            "revocation_endpoint": _address(realm, "oauth-revoke"),
            "revocation_endpoint_auth_methods_supported": ["none", *basic],
            "introspection_endpoint": _address(realm, "oauth-introspect"),
            "introspection_endpoint_auth_methods_supported": ["Bearer", *basic],
            "service_documentation": _address(realm, "api-docs"),
        }
        if realm.keyring.public():
            content["jwks_uri"] = _address(realm, "jwks")
        return _public(content)


def _address(realm: Realm, name: str) -> str:
    return urljoin(realm.issuer, reverse(name))


def _public(content: dict[str, Any]) -> Response:
    """An answer for everybody, and for a page of any origin."""
    headers = {
        "Cache-Control": f"public, max-age={_MAX_AGE}",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    return Response(content, headers=headers)
