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


def reason_of(stored_reason: int) -> EndReason:
    """The reason of a row that was read together with its user."""
    return EndReason(_REASONS[stored_reason])


def listed_for(reason: EndReason) -> Refused:
    """The verdict on a token that is listed for a reason."""
    return Refused(
        "look up blacklist", "token_blacklisted", f"Token is blacklisted: {reason.label}"
    )
