"""System checks: a key or a claim that cannot be used is told at the start, not at a log-in."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.utils.module_loading import import_string

from accounts.tokens.codec import RESERVED
from accounts.tokens.keys import BadKey
from accounts.tokens.realm import site_realm

# RFC 7518, section 3.2: a key for HS256 has at least as many bits as its hash.
MIN_SECRET_BYTES = 32


@register(Tags.security)
def signing_keys(**kwargs: Any) -> Sequence[CheckMessage]:
    """The configured signing keys fit their algorithm."""
    secrets = [settings.JWT_SIGNING_KEY, *settings.JWT_RETIRED_KEYS]
    is_short = any(0 < len(secret) < MIN_SECRET_BYTES for secret in secrets)
    if settings.JWT_ALGORITHM == "HS256" and is_short:
        hint = f"Use {MIN_SECRET_BYTES} or more random characters."
        return [Error("A signing key is too short for HS256.", hint=hint, id="accounts.E001")]
    try:
        site_realm()
    except BadKey as error:
        return [Error(f"The signing keys cannot be used: {error}.", id="accounts.E002")]
    return []


@register(Tags.security)
def own_claims(**kwargs: Any) -> Sequence[CheckMessage]:
    """The functions of ``TOKEN_CLAIMS`` are there, and none of its names is a token's own."""
    if taken := RESERVED & set(settings.TOKEN_CLAIMS):
        text = f"TOKEN_CLAIMS has names that tokens use themselves: {', '.join(sorted(taken))}."
        return [Error(text, id="accounts.E003")]
    try:
        for path in settings.TOKEN_CLAIMS.values():
            import_string(path)
    except ImportError as error:
        return [Error(f"TOKEN_CLAIMS: {error}.", id="accounts.E004")]
    return []
