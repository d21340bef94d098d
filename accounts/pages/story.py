"""The six pairs that the first page leads through, each with the words that invite to the next."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two strategies to play side by side."""

    left: str
    right: str
    #: on the button that begins it
    invitation: str
    #: what to look at
    about: str


STORY = (
    Pair(
        "session-db",
        "jwt-user",
        "Start: log in to both",
        "Django's default beside simplejwt's default.",
    ),
    Pair(
        "session-db",
        "jwt-blacklist",
        "Next: give the JWT a blacklist",
        "A log-out now writes the token's id into a table, and every request looks there.",
    ),
    Pair(
        "session-joined",
        "jwt-blacklist-joined",
        "Next: one query each",
        "Both ask the same things as before, but in a single query.",
    ),
    Pair(
        "session-joined",
        "jwt-version",
        "Next: a version number, no table",
        "The token carries a number, and the user's row must have the same one.",
    ),
    Pair(
        "session-joined",
        "jwt-rotating",
        "Next: short tokens, no look-up",
        "A token that lives for minutes, and a refresh token that works once.",
    ),
    Pair(
        "opaque",
        "jwt-blacklist-joined",
        "Next: a random token",
        "Sent like a JWT and looked up like a session: is the signature needed at all?",
    ),
)
