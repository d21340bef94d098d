"""Words about the site are no passwords."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError


@pytest.mark.parametrize(
    "password", ["session/jwt", "SessionJWT2026", "json-web-token!", "blacklist_123", "jwt-abc-jwt"]
)
def test_words_about_the_site_are_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="words about this site"):
        validate_password(password)


@pytest.mark.parametrize(
    "password", ["jwt and a purple horse", "tokenhamster", "eight brown barrels"]
)
def test_they_may_be_part_of_a_longer_one(password: str) -> None:
    validate_password(password)
