"""The six pairs that the first page leads through, each with what is new in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """Two strategies to play side by side."""

    left: str
    right: str
    #: what it has that the pair before had not: on the button that begins it, and once it has begun
    news: str
    #: what to look at
    about: str
    #: what follows where both stop the thief
    conclusion: str = ""


STORY = (
    Pair(
        "session-db",
        "jwt-user",
        "the defaults of Django and simplejwt",
        "How Django and simplejwt, a library for JWTs, judge a request with their default "
        "settings, but for two things: a login ends after an hour here, and a token is longer, as "
        "it names its server and its login.",
    ),
    Pair(
        "session-db",
        "jwt-blacklist",
        "a JWT with a blacklist",
        "A log-out now writes the login's id (sid) into a table, the blacklist, and every request "
        "asks whether its token (jti) or its login is there.",
    ),
    Pair(
        "session-joined",
        "jwt-blacklist-joined",
        "one query each",
        "Both look up the same things as before, each in a single query.",
    ),
    Pair(
        "session-joined",
        "jwt-version",
        "a version number, no table",
        "The token carries a number, and the user's row must have the same one: a log-out raises "
        "it.",
    ),
    Pair(
        "session-joined",
        "jwt-rotating",
        "short tokens, no look-up",
        "An access token that lives for minutes, and a refresh token that works once: only a "
        "refresh asks the database.",
    ),
    Pair(
        "opaque",
        "jwt-blacklist-joined",
        "a random token",
        "Sent like a JWT and looked up like a session: is the signature needed at all?",
        "The signature was not needed: what stopped the thief is the row that both look up.",
    ),
)
