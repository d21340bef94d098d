"""``check --deploy`` looks at an answer, where Django would look for its middleware."""

import pytest
from pytest_django.fixtures import Settings

from accounts.middleware.headers import SafeHeaders
from accounts.site.checks import safe_answers


@pytest.fixture(autouse=True)
def in_production(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True


def told() -> list[str]:
    return [f"{each.id} {each.msg}" for each in safe_answers()]


def test_of_safe_answers_there_is_nothing_to_say() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("setting", "value", "header"),
    [
        ("SECURE_HSTS_SECONDS", 0, "Strict-Transport-Security: ''"),
        ("SECURE_HSTS_INCLUDE_SUBDOMAINS", False, "Strict-Transport-Security: 'max-age=3"),
        ("SECURE_HSTS_PRELOAD", False, "Strict-Transport-Security: 'max-age=3"),
        ("X_FRAME_OPTIONS", "SAMEORIGIN", "X-Frame-Options: 'SAMEORIGIN'"),
        ("SECURE_REFERRER_POLICY", "whatever", "Referrer-Policy: 'whatever'"),
        ("SECURE_CROSS_ORIGIN_OPENER_POLICY", "none", "Cross-Origin-Opener-Policy: 'none'"),
        ("SECURE_CSP", {"default-src": ["*"]}, "Content-Security-Policy: 'default-src *'"),
    ],
    ids=str,
)
def test_a_header_that_protects_nobody_is_told(
    settings: Settings, setting: str, value: object, header: str
) -> None:
    setattr(settings, setting, value)
    [one] = told()
    assert one.startswith(f"accounts.W001 Answers have the header {header}")


def test_another_middleware_in_the_place_of_the_safe_headers_is_told(settings: Settings) -> None:
    settings.MIDDLEWARE = ["accounts.middleware.health.Health", *settings.MIDDLEWARE]
    assert len(told()) == 6


@pytest.mark.parametrize("missing", ["setting", "guard"])
def test_answers_without_encryption_are_told(settings: Settings, missing: str) -> None:
    if missing == "setting":
        settings.SECURE_SSL_REDIRECT = False
    else:
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "guard" not in name]
    assert told() == ["accounts.W002 Requests without encryption are answered."]


def test_the_check_is_made_of_what_the_site_begins_with(settings: Settings) -> None:
    assert settings.MIDDLEWARE[0].endswith(SafeHeaders.__name__)
