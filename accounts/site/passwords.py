"""What a new password may not be made of."""

import re

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError

# What is guessed first on this site (OWASP ASVS 5.0, 6.2.11).
WORDS = (
    *("session", "cookie", "jwt", "json", "web", "token", "bearer", "blacklist", "refresh"),
    *("authdemo", "auth", "demo", "django", "python", "password", "login", "lab"),
)
MIN_OTHER_LETTERS = 4

_WORDS = re.compile("|".join(sorted(WORDS, key=len, reverse=True)))
_OTHER = re.compile(r"[\W\d_]+")


class SiteWordsValidator:
    """Refuses a password that consists of words about this site, digits and signs."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Refuse it where too little is left without them.

        Raises:
            ValidationError: the password is that easy to guess.
        """
        left = _OTHER.sub("", _WORDS.sub("", password.casefold()))
        if len(left) < MIN_OTHER_LETTERS and _WORDS.search(password.casefold()):
            raise ValidationError(
                "This password is made of words about this site, which are guessed first.",
                code="password_of_site_words",
            )

    def get_help_text(self) -> str:
        """The rule, beside the field."""
        return "Your password can’t be made of words about this site."
