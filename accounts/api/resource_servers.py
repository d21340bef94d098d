"""Resource servers: programs of others that ask what a token of this site is worth.

Each has a name and a secret of its own, of which the setting ``RESOURCE_SERVERS`` has a digest.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import unquote_plus

from django.conf import settings
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.site.security import security_note


@dataclass(frozen=True, slots=True)
class ResourceServer:
    """``request.user`` where a resource server asks."""

    name: str
    is_authenticated: ClassVar[bool] = True


class OAuthRefused(APIException):
    """A 400 in OAuth's own words (RFC 6749, section 5.2)."""

    status_code: int = status.HTTP_400_BAD_REQUEST

    def __init__(self, error: str, description: str) -> None:
        super().__init__({"error": error, "error_description": description})


class InvalidClient(OAuthRefused):
    """The 401 of the same section, with a challenge that names the scheme which was used."""

    status_code = status.HTTP_401_UNAUTHORIZED
    auth_header = 'Basic realm="oauth"'

    def __init__(self) -> None:
        super().__init__("invalid_client", "No resource server has this name and this secret")


class ResourceServerAuthentication(BaseAuthentication):
    """``client_secret_basic`` (RFC 6749, section 2.3.1)."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """The resource server; None where the header has another scheme, or there is none.

        Raises:
            InvalidClient: the name or the secret is wrong.
        """
        scheme, _, encoded = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        name, secret = _decoded(encoded.strip())
        # No slow hash: the secret is random and long, so nobody can guess it from its digest.
        digest = hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
        if not hmac.compare_digest(digest, settings.RESOURCE_SERVERS.get(name, "")):
            security_note(request._request, "resource server refused", user_id=None)
            raise InvalidClient
        return ResourceServer(name), None


def _decoded(encoded: str) -> tuple[str, str]:
    """Name and secret, each encoded like a form's value; empty ones where they cannot be read."""
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return "", ""
    name, _, secret = text.partition(":")
    return unquote_plus(name), unquote_plus(secret)
