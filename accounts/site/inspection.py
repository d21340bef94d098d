"""A token taken apart: what it says, and step by step why it is accepted or refused.

Nothing here judges. The verdict is that of the strategy which carries the site's tokens; its code
tells which step decided, so all steps before it held and those after it were not reached.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from accounts.site import signin
from accounts.strategies import Accepted, Refused, Strategy
from accounts.strategies.jwt_blacklist_joined import JwtBlacklistJoined
from accounts.tokens.codec import peek
from accounts.tracing.recorder import Step, tracing
from accounts.tracing.sql import sql_steps

State = Literal["held", "failed", "not reached"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the server asks of a token, the codes with which it refuses there, and why."""

    title: str
    asks: str
    #: what an attacker could do without it
    protects: str
    codes: frozenset[str]


def _check(title: str, asks: str, protects: str, *codes: str) -> Check:
    return Check(title, asks, protects, frozenset(codes))


# In the order in which the decoder and the one query ask.
CHECKS = (
    _check(
        "Size",
        "At most 4,096 bytes",
        "Nobody keeps the server busy by sending it huge tokens.",
        "too_large",
    ),
    _check(
        "Form",
        "Three base64url parts, the first a JSON header",
        "What is no token is read no further, and a token cannot bring its own key along.",
        "malformed",
    ),
    _check(
        "Type of header",
        "typ is JWT",
        "What was signed with this key for another purpose is not taken for a login.",
        "wrong_typ",
    ),
    _check(
        "Key",
        "kid names a key of this server",
        "A token cannot point to a key of the attacker’s choice, such as an empty file.",
        "unknown_key",
    ),
    _check(
        "Algorithm",
        "alg is the one this key is bound to",
        "A token cannot choose how it is verified: not at all, or with a public key as the secret.",
        "wrong_algorithm",
    ),
    _check(
        "Signature",
        "Made with that key over exactly these bytes",
        "Nobody without the key can change a single character of the header or the payload.",
        "bad_signature",
    ),
    _check(
        "Payload",
        "A JSON object",
        "A signed text that holds no claims is not taken for one that does.",
        "bad_payload",
    ),
    _check(
        "Issuer",
        "iss is this site",
        "A token of another site is refused, even if that site had the same key.",
        "wrong_issuer",
    ),
    _check(
        "Audience",
        "aud is this API",
        "A token that was made for another service opens nothing here.",
        "wrong_audience",
    ),
    _check(
        "Purpose",
        "token_type is access",
        "A refresh token, which lives longer, does not open what an access token opens.",
        "wrong_type",
    ),
    _check(
        "Times",
        "iat and exp are whole seconds",
        "A token whose end cannot be read does not live for ever.",
        "bad_times",
    ),
    _check(
        "Lifetime",
        "No longer than any issued here",
        "Whoever had the key for a moment cannot make a token that lasts for years.",
        "too_long",
    ),
    _check(
        "Not expired",
        "exp lies ahead",
        "A stolen copy works no longer than the token lives.",
        "expired",
    ),
    _check(
        "Begun",
        "Neither iat nor nbf lies ahead",
        "Nobody can make a token today to use it on a later day.",
        "not_yet",
    ),
    _check(
        "Ids",
        "user_id, jti, sid and pair have their form",
        "The same id in another spelling does not slip past the blacklist.",
        "bad_id",
    ),
    _check(
        "User",
        "user_id is the row of a user",
        "The token of a deleted user opens nothing.",
        "user_not_found",
    ),
    _check(
        "Blacklist",
        "Neither jti nor sid nor pair is listed",
        "After a log-out, a copy of the token is refused although its signature holds.",
        "token_blacklisted",
        "refresh_replayed",
    ),
    _check(
        "Login",
        "sid is a live login of this user",
        "Ending a device in the list of logins ends every token that it was ever given.",
        "login_missing",
        "login_ended",
        "login_expired",
    ),
    _check(
        "Account",
        "The user is active",
        "A disabled account is out with its next request, whatever its tokens say.",
        "user_inactive",
    ),
    _check(
        "Version",
        "Nothing was logged out everywhere since",
        "After a new password, all tokens from before are refused at once.",
        "login_outdated",
    ),
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

    ``findings`` are there for the strategy of the site's own tokens only: the others ask less.
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
    findings = tuple(_findings(verdict)) if isinstance(judge, JwtBlacklistJoined) else ()
    return Inspection(header, claims, verdict, findings, tuple(trace.steps))


def _findings(verdict: Accepted | Refused) -> Iterator[Finding]:
    state: State = "held"
    for check in CHECKS:
        if isinstance(verdict, Refused) and verdict.code in check.codes:
            yield Finding(check, "failed", verdict.reason)
            state = "not reached"
        else:
            yield Finding(check, state)
