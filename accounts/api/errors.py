"""Errors of the API: ``{"detail", "code"}``, with the right status and headers.

A 401 also says what helps: ``"action": "refresh"`` while the login goes on, else ``"log_in"``.
"""

from typing import Any

from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from accounts.api.authentication import CHALLENGE
from accounts.site.throttle import Throttled

# A 401 with one of these codes concerns no bearer token, so its challenge names no error.
_NO_TOKEN = frozenset({"not_authenticated", "no_active_account", "unsupported_scheme"})
_PROOF = frozenset({"invalid_dpop_proof", "use_dpop_nonce"})
DPOP_CHALLENGE = 'DPoP algs="ES256"'


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's handler, with a code beside each detail and RFC 6750's challenge on each 401."""
    if isinstance(error, Throttled):
        error = exceptions.Throttled(wait=error.retry_after)
    response = drf_exception_handler(error, context)
    if response is None:
        return None
    # An ErrorDetail, which has a code, for ordinary errors; a list for validation errors.
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    if isinstance(detail, exceptions.ErrorDetail):
        response.data.setdefault("code", detail.code)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        response.data.setdefault("action", "log_in")
    asks_for_basic = response.get("WWW-Authenticate", "").startswith("Basic")
    if response.status_code == status.HTTP_401_UNAUTHORIZED and not asks_for_basic:
        response["WWW-Authenticate"] = challenge(response.data)
    return response


def challenge(data: Any, scheme: str = CHALLENGE) -> str:
    """``WWW-Authenticate`` (RFC 6750, section 3): it names an error only if a token was sent.

    ``DPOP_CHALLENGE`` is for tokens that are bound to a key (RFC 9449, section 7.1).
    """
    code = data.get("code", "") if isinstance(data, dict) else ""
    if code in _NO_TOKEN:
        return scheme
    reason = data.get("detail", "") if isinstance(data, dict) else ""
    messages = data.get("messages") if isinstance(data, dict) else None
    text = messages[0]["message"] if messages else reason
    described = "".join(c for c in str(text) if c.isascii() and c.isprintable() and c not in '"\\')
    error = "invalid_request" if code == "bad_authorization_header" else "invalid_token"
    error = code if code in _PROOF else error
    return f'{scheme}, error="{error}", error_description="{described}"'
