"""The answer to a refresh gets lost, and the client asks again: with a grace, or without."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from accounts.lab.environment import Stage, stage_for
from accounts.lab.events import Exchange
from accounts.models import Login
from accounts.strategies import Strategy, strategies
from accounts.tokens.realm import lab_realm
from accounts.tracing.redaction import redact


@dataclass(frozen=True, slots=True)
class Retry:
    """What became of the client's own login.

    ``goes_on``: it got its tokens and works. ``end_reason``: the reason in the list of logins,
    empty while it is live. ``grace_s``: seconds within which the server allowed the retry.
    """

    strategy: str
    grace_s: float
    goes_on: bool
    reason: str
    end_reason: str
    error: str | None
    transcript: tuple[Exchange, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "strategy": self.strategy,
            "grace_s": self.grace_s,
            "goes_on": self.goes_on,
            "reason": self.reason,
            "end_reason": self.end_reason,
            "error": self.error,
            "transcript": [exchange.as_dict() for exchange in self.transcript],
        }


def play_lost_answer(
    strategy: type[Strategy] | str = "jwt-rotating",
    *,
    grace: timedelta,
    visitor: uuid.UUID | None = None,
) -> Retry:
    """Let the answer to a refresh get lost, and the same client ask again. Never raises."""
    played = strategies[strategy] if isinstance(strategy, str) else strategy
    realm = lab_realm().with_grace(grace)
    goes_on, reason, end_reason, exchanges = False, "", "", list[Exchange]()
    error = None
    try:
        with stage_for(played, realm, visitor=visitor) as stage:
            exchanges = stage.exchanges
            goes_on, reason = _lose_and_retry(stage)
            end_reason = Login.objects.get(user=stage.user).get_end_reason_display()
    except Exception as broken:  # noqa: BLE001
        # As with a scenario: what breaks is told in its place.
        error = redact(str(broken) or type(broken).__name__)
    return Retry(
        strategy=played.slug,
        grace_s=grace.total_seconds(),
        goes_on=goes_on,
        reason=reason,
        end_reason=str(end_reason),
        error=error,
        transcript=tuple(exchanges),
    )


def _lose_and_retry(stage: Stage) -> tuple[bool, str]:
    device = stage.a
    device.log_in()
    device.refresh("Device A spends its refresh token, and the answer gets lost", lost=True)
    again = device.refresh("Device A did not get an answer, and sends the same token again")
    if not again.accepted:
        return False, again.reason
    # The new access token works only if the new refresh token does: the login has not ended.
    renewed = device.refresh("Device A goes on with the successor")
    return renewed.accepted, renewed.reason
