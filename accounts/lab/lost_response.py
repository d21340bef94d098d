"""Answers to a refresh that get lost, and thieves who look alike, in several variants to play."""

import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from accounts.lab.client import Client
from accounts.lab.environment import Environment, environment_for, play_once_more_if_gone
from accounts.lab.transcript import Answer, Exchange
from accounts.models import Login
from accounts.strategies import Strategy, strategies
from accounts.tokens.realm import lab_realm
from accounts.tracing.redaction import redact

# "Later" is after the grace: with none, it is at once.
_LATER = timedelta(0)
_MOBILE = "198.51.100.7"  # of RFC 5737: nobody has it


@dataclass(frozen=True, slots=True)
class Ending:
    """The last answer to device A, and to the thief where there is one."""

    device: Answer
    thief: Answer | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """What happens to one refresh token, and why it ends as it does."""

    title: str
    about: str
    play: Callable[[Environment], Ending]
    #: for spent refresh tokens; None: the usual one
    grace: timedelta | None = None


@dataclass(frozen=True, slots=True)
class LostResponse:
    """How a variant ended."""

    strategy: str
    title: str
    about: str
    #: seconds within which a spent refresh token counts as sent in parallel
    grace_s: float
    #: device A has tokens that work
    goes_on: bool
    #: so has the thief; None where there is none
    thief_in: bool | None
    #: the last verdict on device A in words
    reason: str
    #: as the list of logins has it; empty while the login is live
    end_reason: str
    #: how it broke, for people; None if it did not
    error: str | None
    #: its throwaway user was deleted meanwhile, so all of this is about another one
    started_again: bool
    transcript: tuple[Exchange, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def run_lost_response(
    strategy: type[Strategy] | str, variant: Variant, *, visitor: uuid.UUID | None = None
) -> LostResponse:
    """Play a variant over HTTP, with a throwaway user of its own. Never raises."""
    played = strategies[strategy] if isinstance(strategy, str) else strategy
    realm = lab_realm()
    if variant.grace is not None:
        realm = realm.with_grace(variant.grace)
    ending, end_reason, error = None, "", None
    tries: list[list[Exchange]] = []

    def play() -> tuple[Ending, str]:
        with environment_for(played, realm, visitor=visitor) as environment:
            tries.append(environment.transcript.exchanges)
            ending = variant.play(environment)
            login = Login.objects.get(user=environment.user)
            return ending, str(login.get_end_reason_display())

    try:
        ending, end_reason = play_once_more_if_gone(play)
    except Exception as broken:  # noqa: BLE001
        # As in a scenario: what breaks is told in its place.
        error = redact(str(broken) or type(broken).__name__)
    return LostResponse(
        strategy=played.slug,
        title=variant.title,
        about=variant.about,
        grace_s=realm.refresh_grace.total_seconds(),
        goes_on=ending is not None and ending.device.accepted,
        thief_in=ending.thief.accepted if ending and ending.thief else None,
        reason=ending.device.reason if ending else "",
        end_reason=end_reason,
        error=error,
        started_again=len(tries) > 1,
        transcript=tuple(tries[-1]) if tries else (),
    )


def _after_a_lost_answer(environment: Environment) -> Client:
    device = environment.a
    device.log_in()
    device.refresh("Device A spends its refresh token, and the answer gets lost", lost=True)
    return device


def _at_once(environment: Environment) -> Ending:
    device = _after_a_lost_answer(environment)
    device.refresh("Device A sends the same token again, at once")
    return Ending(device.refresh("Device A goes on with the successor"))


def _from_another_network(environment: Environment) -> Ending:
    device = _after_a_lost_answer(environment)
    device.change_network(_MOBILE)
    device.refresh("After the grace, device A sends the same token from another network")
    return Ending(device.refresh("Device A goes on with the new successor"))


def _lost_twice(environment: Environment) -> Ending:
    device = _after_a_lost_answer(environment)
    device.refresh("Later, it sends the same token again: this answer gets lost, too", lost=True)
    device.refresh("Later, it sends the same token a third time")
    return Ending(device.refresh("Device A goes on with the newest successor"))


def _thief_first(environment: Environment) -> Ending:
    device, thief = environment.a, environment.thief
    device.log_in()
    thief.steal_from(device)
    thief.refresh("A thief spends its copy of the refresh token first, and waits")
    device.refresh("Later, device A spends the same token, as if an answer had been lost")
    shown = thief.refresh("The thief spends what it was given, which is dead by now")
    return Ending(device.refresh("Device A spends what it was given"), shown)


def _thief_within_the_grace(environment: Environment) -> Ending:
    device, thief = environment.a, environment.thief
    device.log_in()
    thief.steal_from(device)
    for again in ("", " again"):
        device.refresh(f"Device A spends its refresh token{again}")
        shown = thief.refresh(f"Within the grace, the thief spends its copy{again}")
    return Ending(device.me("Device A sends a request"), shown)


VARIANTS = (
    Variant(
        "Asked again at once",
        "Within the grace the same successor is handed out: requests may run in parallel.",
        _at_once,
    ),
    Variant(
        "Asked again later, from another network",
        "Nobody has used the lost tokens, so there are new ones, and the lost ones are dead. The "
        "address does not matter.",
        _from_another_network,
        _LATER,
    ),
    Variant(
        "Lost twice",
        "The same once more: new tokens each time, and only the newest ones work.",
        _lost_twice,
        _LATER,
    ),
    Variant(
        "A thief was first",
        "The owner looks like somebody whose answer got lost, and gets new tokens. So the thief "
        "holds dead ones: to show them ends the login.",
        _thief_first,
        _LATER,
    ),
    Variant(
        "A thief within the grace",
        "It looks like a request sent in parallel and gets the owner's tokens. That is the price "
        "of the grace: a thief who comes within seconds of each refresh is not noticed.",
        _thief_within_the_grace,
    ),
)
