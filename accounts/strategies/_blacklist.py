"""The blacklist as the strategies ask it."""

import uuid

from accounts.models import BlacklistedToken, EndReason
from accounts.strategies._base import Refused

LISTED = Refused("look up blacklist", "token_blacklisted", "This login is on the blacklist")
# A statement of our own gives the reason as the number that is stored.
_REASONS = BlacklistedToken._meta.get_field("reason").texts


def is_listed(*ids: uuid.UUID) -> bool:
    """Whether one of the ids is blacklisted. One query."""
    return BlacklistedToken.objects.filter(jti__in=ids).exists()


def listed_for(stored_reason: int) -> Refused:
    """The verdict on a token whose row was read together with its user."""
    reason = EndReason(_REASONS[stored_reason]).label
    return Refused("look up blacklist", "token_blacklisted", f"Token is blacklisted: {reason}")
