"""The response to a refresh gets lost, and the client asks again: with a grace, or without."""

import uuid
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from accounts.lab.environment import Environment, environment_for
from accounts.lab.transcript import Exchange
from accounts.models import Login
from accounts.strategies import Strategy, strategies
from accounts.tokens.realm import lab_realm
from accounts.tracing.redaction import redact


@dataclass(frozen=True, slots=True)
class LostResponse:
    """What became of the client's own login."""

    strategy: str
    #: seconds within which the server allows a spent refresh token again
    grace_s: float
    #: it got its tokens and works
    goes_on: bool
    #: the last verdict in words
    reason: str
    #: as the list of logins has it; empty while the login is live
    end_reason: str
    #: how it broke, for people; None if it did not
    error: str | None
    transcript: tuple[Exchange, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def run_lost_response(
    strategy: type[Strategy] | str = "jwt-rotating",
    *,
    grace: timedelta,
    visitor: uuid.UUID | None = None,
) -> LostResponse:
    """Let the response to a refresh get lost, and the same client ask again. Never raises."""
    played = strategies[strategy] if isinstance(strategy, str) else strategy
    realm = lab_realm().with_grace(grace)
    goes_on, reason, end_reason, exchanges = False, "", "", list[Exchange]()
    error = None
    try:
        with environment_for(played, realm, visitor=visitor) as environment:
            exchanges = environment.transcript.exchanges
            goes_on, reason = _lose_and_retry(environment)
            end_reason = Login.objects.get(user=environment.user).get_end_reason_display()
    except Exception as broken:  # noqa: BLE001
        # As in a scenario: what breaks is told in its place.
        error = redact(str(broken) or type(broken).__name__)
    return LostResponse(
        strategy=played.slug,
        grace_s=grace.total_seconds(),
        goes_on=goes_on,
        reason=reason,
        end_reason=str(end_reason),
        error=error,
        transcript=tuple(exchanges),
    )


def _lose_and_retry(environment: Environment) -> tuple[bool, str]:
    device = environment.a
    device.log_in()
    device.refresh("Device A spends its refresh token, and the answer gets lost", lost=True)
    again = device.refresh("Device A did not get an answer, and sends the same token again")
    if not again.accepted:
        return False, again.reason
    # The new access token works only if the new refresh token does: the login has not ended.
    renewed = device.refresh("Device A goes on with the successor")
    return renewed.accepted, renewed.reason
