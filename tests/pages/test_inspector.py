"""The inspector without a script: what is asked of a token, and what its claims mean."""

import re
from html import unescape

import pytest
from django.test import Client
from django.utils.html import strip_tags

from accounts.models import User, login_begin
from accounts.pages.claim_hints import HINTS
from accounts.site.inspection import CHECKS
from accounts.strategies import Family, Strategy, strategies
from accounts.tokens.codec import RESERVED, peek
from accounts.tokens.realm import lab_realm

# RFC 7519, section 4.1, in its order.
REGISTERED = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"]
SIGNED = [
    strategy
    for strategy in strategies
    if strategy.family is Family.JWT and not (strategy.in_cookie or strategy.bound)
]


def test_without_javascript_the_checks_and_the_claims_are_told(client: Client, db: None) -> None:
    page = client.get("/inspector/").content.decode()
    told = page[page.rindex("<noscript>") :]
    words = unescape(strip_tags(told))

    assert "Taking a token apart happens in your browser" in page
    assert [check.title for check in CHECKS if check.protects not in words] == []
    assert [hint.name for hint in HINTS if hint.words not in words] == []
    assert 'href="/glossary/#blacklist"' in told


def test_each_registered_claim_has_a_hint_and_its_section() -> None:
    sections = {hint.name: hint.section for hint in HINTS if hint.section}

    assert sections == {name: f"4.1.{at}" for at, name in enumerate(REGISTERED, start=1)}
    assert {hint.name for hint in HINTS} >= RESERVED
    assert all(re.fullmatch(r"[A-Z].{20,110}\.", hint.words) for hint in HINTS)


@pytest.mark.parametrize("strategy", SIGNED, ids=lambda found: found.slug)
def test_each_claim_of_a_sample_has_a_hint(strategy: type[Strategy], alice: User) -> None:
    carrier = strategy(lab_realm())
    issued = carrier.issue(login_begin(alice, strategy=strategy.slug))
    carrier.close()

    _, claims = peek(issued.value)

    assert claims
    assert set(claims) <= {hint.name for hint in HINTS}
