"""What each claim of a token means, and what a server is to do with it."""

from dataclasses import dataclass

_RFC7519 = "https://www.rfc-editor.org/rfc/rfc7519#section-"


@dataclass(frozen=True, slots=True)
class Hint:
    """A claim in one or two sentences; ``section`` of RFC 7519 where that registers it."""

    name: str
    words: str
    section: str = ""

    @property
    def url(self) -> str:
        """Where it is registered, or nothing."""
        return f"{_RFC7519}{self.section}" if self.section else ""


HINTS = (
    Hint(
        "iss",
        "Issuer: who made the token. A server takes tokens of issuers that it trusts alone.",
        "4.1.1",
    ),
    Hint(
        "sub",
        "Subject: whom the token is about, mostly a user’s id. It is unique for its issuer only.",
        "4.1.2",
    ),
    Hint(
        "aud",
        "Audience: which service the token is for. Every other service has to refuse it.",
        "4.1.3",
    ),
    Hint(
        "exp",
        "Expires: the second since 1970 from which the token is refused. Without it, it never is.",
        "4.1.4",
    ),
    Hint("nbf", "Not before: the second since 1970 until which the token is refused.", "4.1.5"),
    Hint(
        "iat",
        "Issued at: when the token was made. It tells the age, and ends nothing by itself.",
        "4.1.6",
    ),
    Hint(
        "jti",
        "JWT id: the token’s own number. A blacklist names a token by it.",
        "4.1.7",
    ),
    Hint("sid", "The login that the token belongs to. All tokens of one device share it."),
    Hint("status", "Which bit of which published list says whether the token has ended."),
    Hint("token_type", "Purpose: access opens the API, refresh only gets new tokens. simplejwt’s."),
    Hint("user_id", "The user’s row, under simplejwt’s name. This site writes it to sub as well."),
    Hint("pair", "The jti of the refresh token that came with this access token. This site’s own."),
    Hint("role", "What the user may do, as it was when the token was made: it can be out of date."),
    Hint("username", "The user’s name, as it was when the token was made."),
    Hint("ver", "A counter that has to equal the one on the user’s row: the version counter."),
    Hint("hash_password", "A digest of the password’s hash: a new password makes the token void."),
)
