"""A token taken apart: what it says, and step by step why it is accepted or refused.

Nothing here judges. The verdict is that of the strategy which carries the site's tokens; its code
tells which step decided, so all steps before it held and those after it were not reached.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from accounts.site import signin
from accounts.strategies import Accepted, Refused, Strategy
from accounts.tokens.codec import peek
from accounts.tracing.recorder import Step, tracing
from accounts.tracing.sql import sql_steps

State = Literal["held", "failed", "not reached"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the server asks of a token, and the codes with which it refuses there."""

    title: str
    asks: str
    codes: frozenset[str]


def _check(title: str, asks: str, *codes: str) -> Check:
    return Check(title, asks, frozenset(codes))


# In the order in which the decoder and the one query ask.
CHECKS = (
    _check("Size", "At most 4,096 bytes", "too_large"),
    _check("Form", "Three base64url parts, the first a JSON header", "malformed"),
    _check("Type of header", "typ is JWT", "wrong_typ"),
    _check("Key", "kid names a key of this server", "unknown_key"),
    _check("Algorithm", "alg is the one this key is bound to", "wrong_algorithm"),
    _check("Signature", "Made with that key over exactly these bytes", "bad_signature"),
    _check("Payload", "A JSON object", "bad_payload"),
    _check("Issuer", "iss is this site", "wrong_issuer"),
    _check("Audience", "aud is this API", "wrong_audience"),
    _check("Purpose", "token_type is access", "wrong_type"),
    _check("Times", "iat and exp are whole seconds", "bad_times"),
    _check("Lifetime", "No longer than any issued here", "too_long"),
    _check("Not expired", "exp lies ahead", "expired"),
    _check("Begun", "Neither iat nor nbf lies ahead", "not_yet"),
    _check("Ids", "user_id, jti, sid and pair have their form", "bad_id"),
    _check("User", "user_id is the row of a user", "user_not_found"),
    _check(
        "Blacklist",
        "Neither jti nor sid nor pair is listed",
        "token_blacklisted",
        "refresh_replayed",
    ),
    _check(
        "Login",
        "sid is a login of this user, not ended or expired",
        "login_missing",
        "login_ended",
        "login_expired",
    ),
    _check("Account", "The user is active", "user_inactive"),
    _check("Version", "Nothing was logged out everywhere since", "login_outdated"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """A check and how it went; ``reason`` where it failed."""

    check: Check
    state: State
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a token says, unverified; how it was judged; what the server did for that.

    ``findings`` are there for the site's own tokens only: other strategies ask less.
    """

    header: dict[str, Any]
    claims: dict[str, Any]
    verdict: Accepted | Refused
    findings: tuple[Finding, ...]
    steps: tuple[Step, ...]


def inspect(token: str, strategy: Strategy | None = None) -> Inspection:
    """Judge a token exactly as a request with it would be, by the site or by one strategy."""
    judge = strategy or signin.token_strategy()
    with tracing() as trace, sql_steps(trace):
        verdict = judge.check(token)
    header, claims = peek(token)
    findings = () if strategy else tuple(_findings(verdict))
    return Inspection(header, claims, verdict, findings, tuple(trace.steps))


def _findings(verdict: Accepted | Refused) -> Iterator[Finding]:
    state: State = "held"
    for check in CHECKS:
        if isinstance(verdict, Refused) and verdict.code in check.codes:
            yield Finding(check, "failed", verdict.reason)
            state = "not reached"
        else:
            yield Finding(check, state)
