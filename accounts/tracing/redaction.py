"""Redaction, applied when a step is recorded: a secret that is not recorded cannot leak."""

import re

# A compact JWS or JWE, an encoded password hash, a bearer header, and any long run that looks
# random: a session key (32 of [a-z0-9]), an opaque token, a hex digest. Names of tables are long
# too, but in one case, without digits and with underscores.
_SECRETS = re.compile(
    r"""
    (?:eyJ|ey0)[\w-]*\.[\w-]*\.[\w.-]*
    | (?:argon2|argon2lab|pbkdf2_\w+|bcrypt\w*|scrypt|md5)\$\S+
    | (?i:bearer)\s+\S+
    | (?<![\w-])(?=[\w-]*[a-zA-Z])(?=[\w-]*\d)[\w-]{24,}
    | (?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{24,}
    | (?<![\w-])[a-z]{32}(?![\w-])
    """,
    re.VERBOSE,
)
_SHOWN = 4


def redact(text: str) -> str:
    """Replace whatever looks like a credential, a key or a hash by an ellipsis."""
    return _SECRETS.sub("…", text)


def mask(credential: str) -> str:
    """The first four characters, too few to be of use: ``8f3a…``."""
    return f"{credential[:_SHOWN]}…" if len(credential) > 3 * _SHOWN else "…"


def size(credential: str) -> int:
    """Bytes of a credential: the token or the cookie's value, whatever the cookie is called.

    This is what every page and result means by a credential's bytes.
    """
    return len(credential.encode(errors="replace"))
