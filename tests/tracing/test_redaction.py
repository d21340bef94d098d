"""What looks like a secret is never written down."""

import base64
import hashlib
import secrets

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, ScryptPasswordHasher
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.models.hashers import LabHasher, SiteHasher
from accounts.tracing.recorder import step, tracing
from accounts.tracing.redaction import mask, redact

SESSION_KEYS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=32, max_size=32)
RANDOM = st.binary(min_size=32, max_size=32)


def leaks(secret: str) -> bool:
    """Whether more of a secret than its mask shows gets through, whatever stands around it."""
    around = ("{}", "load {} now", "key={}", "'{}'", "({})", "Bearer {}", "a: {}, b", "\n{}\n")
    return any(secret[4:12] in redact(text.format(secret)) for text in around)


@given(SESSION_KEYS)
@example("abcdefghijklmnopqrstuvwxyzabcdef")
@example("0" * 31 + "a")
def test_a_session_key_does_not_get_through(key: str) -> None:
    if not key.isdigit():
        assert not leaks(key)


@given(RANDOM)
def test_an_opaque_token_does_not_get_through(raw: bytes) -> None:
    token = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    if len(set(token)) > 8:
        assert not leaks(token)


def test_a_token_without_a_digit_does_not_get_through() -> None:
    token = next(t for t in iter(lambda: secrets.token_urlsafe(24), "") if not _digits(t))
    assert not leaks(token)


def _digits(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


@given(RANDOM)
def test_a_digest_does_not_get_through(raw: bytes) -> None:
    assert not leaks(hashlib.sha256(raw).hexdigest())


@given(st.binary(min_size=1, max_size=60), st.binary(max_size=40))
def test_a_token_of_three_parts_does_not_get_through(payload: bytes, signature: bytes) -> None:
    parts = (b'{"alg":"HS256"}', payload, signature)
    token = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    assert token[8:] not in redact(f"verify {token} now")
    assert "eyJ" not in redact(f"verify {token} now")


@pytest.mark.parametrize(
    "hasher", [SiteHasher(), LabHasher(), PBKDF2PasswordHasher(), ScryptPasswordHasher()]
)
def test_a_hash_of_a_password_does_not_get_through(hasher: SiteHasher) -> None:
    encoded = hasher.encode("secret", "saltsaltsaltsalt")
    assert encoded.rpartition("$")[2] not in redact(f"compare with {encoded}")


@pytest.mark.parametrize(
    "text",
    [
        'SELECT "accounts_user"."id", "accounts_user"."password" FROM "accounts_user" LIMIT 21',
        'DELETE FROM "accounts_blacklistedtoken" WHERE "accounts_blacklistedtoken"."jti" = %s',
        "verify signature",
        "INSERT INTO django_content_type_permissions_of_everybody (a) VALUES (%s)",
    ],
)
def test_what_the_page_shows_gets_through(text: str) -> None:
    assert redact(text) == text


def test_it_happens_when_a_step_is_recorded() -> None:
    key = "k3y" * 12
    with tracing() as trace, step(f"load {key}", kind="note", detail=f"where key = {key}"):
        pass
    [recorded] = trace.steps
    assert key not in repr(trace)
    assert (recorded.name, recorded.detail) == ("load …", "where key = …")


def test_whatever_a_bearer_header_holds_does_not_get_through() -> None:
    assert redact("Authorization: bearer letmein") == "Authorization: …"


@given(st.text())
def test_a_mask_shows_four_characters_at_most(credential: str) -> None:
    shown = mask(credential)
    assert shown.endswith("…")
    assert len(shown) <= 5
    if len(credential) <= 12:
        assert shown == "…"
