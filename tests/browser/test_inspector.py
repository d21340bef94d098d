"""The inspector: tokens taken, forged, sent and refused, in a real browser."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings

from accounts.models import EndReason, Login, User, login_begin
from accounts.site.inspection import CHECKS
from accounts.site.signin import token_strategy
from tests.axe import CLEAN, violations
from tests.browser.conftest import logged_in


def verdict(page: Page, words: str) -> None:
    expect(page.locator("[data-verdict]")).to_contain_text(words)


def b64(part: Mapping[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


@pytest.fixture
def token(alice: User) -> str:
    return token_strategy().issue(login_begin(alice, strategy="jwt-blacklist-joined")).value


@pytest.fixture
def own(page: Page, alice: User) -> Page:
    logged_in(page.context)
    page.goto("/inspector/")
    page.get_by_role("button", name="Take one of mine").click()
    verdict(page, "Accepted as alice")
    return page


FORGED = [  # the button that forges, and the check that fails
    ("alg none", "Algorithm"),
    ("Another user id", "Signature"),
    ("A longer life", "Signature"),
    ("Refresh as access", "Purpose"),
    ("HS/RS confusion", "Algorithm"),
    ("kid as a path", "Key"),
]


def test_without_an_account_six_forgeries_of_a_sample_get_six_verdicts_in_sight(
    page: Page, db: None
) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/inspector/")
    page.get_by_role("button", name="Take a sample token").press("Enter")
    verdict(page, "Accepted as lab-")
    expect(page.locator('[data-state="held"]')).to_have_count(len(CHECKS))
    failed = page.locator('[data-state="failed"]')
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        verdicts = set()
        for preset, check in FORGED:
            page.get_by_role("button", name=preset).click()
            expect(page.locator("[data-verdict] b")).to_have_text(preset)
            verdict(page, "refused")
            expect(failed.locator(".check__title")).to_have_text(check)
            told = next(found for found in CHECKS if found.title == check)
            expect(failed.get_by_text(told.protects)).to_be_in_viewport()
            expect(page.locator("[data-verdict] .badge")).to_be_in_viewport(ratio=1)
            verdicts.add(page.locator("[data-verdict]").inner_text())
        assert len(verdicts) == len(FORGED)
    page.get_by_role("button", name="Undo my changes").click()
    verdict(page, "Accepted as lab-")

    page.get_by_text("What these claims mean").click()
    hints = page.locator("[data-hints]")
    expect(hints.get_by_text("Audience: which service the token is for.")).to_be_visible()
    expect(hints.get_by_text("Not before")).to_be_hidden()
    page.get_by_label("Payload").fill('{"nbf": 1, "plan": "gold"}')
    expect(hints.get_by_text("Not before")).to_be_visible()
    expect(page.locator("[data-others]")).to_contain_text("“plan”: no registered claim.")
    verdict(page, "You changed it.")
    expect(page.locator('[data-state="held"]')).to_have_count(0)
    page.get_by_text("Check its signature with your own key").click()
    assert violations(page) == CLEAN


def test_a_token_of_ones_own_is_masked_edited_and_logged_out(own: Page, alice: User) -> None:
    login = Login.objects.get(strategy="jwt-blacklist-joined")
    field = own.get_by_label("Or paste one")
    expect(field).to_have_value("")
    expect(own.get_by_label("Payload")).to_have_value(re.compile(login.id.hex))
    own.get_by_role("button", name="Show the whole token").click()
    expect(field).to_have_value(re.compile(r"^[^.]+\.[^.]+\.[^.]+$"))

    own.get_by_role("button", name="Log this login out").click()
    verdict(own, "Token is blacklisted: logged out")

    own.get_by_label("Signature").fill("AAAA")
    own.get_by_role("button", name="Send it", exact=True).click()
    verdict(own, "Signature is invalid")

    alice.end_logins(EndReason.EVERYWHERE)
    own.get_by_role("button", name="Take one of mine").click()
    verdict(own, "You are no longer logged in. Reload this page.")


def test_a_token_of_the_lab_is_judged_by_its_strategy_and_replaced_if_its_user_is_gone(
    page: Page, db: None
) -> None:
    page.goto("/inspector/")
    page.get_by_label("The sample is carried by").select_option("jwt-user")
    page.get_by_role("button", name="Take a sample token").click()
    verdict(page, "Accepted as lab-")
    verdict(page, "The way that carries this one tells no more than that.")
    page.get_by_role("button", name="Log this login out").click()
    expect(page.get_by_role("button", name="Log this login out")).to_be_hidden()
    expect(page.locator("[data-inspector]")).not_to_have_attribute("aria-busy", "true")

    # simplejwt's default: logging out has ended nothing.
    verdict(page, "Accepted as lab-")
    expect(page.locator("[data-steps-list]")).to_contain_text("verify signature")

    User.objects.filter(visitor__isnull=False).delete()
    page.get_by_role("button", name="Send it", exact=True).click()
    verdict(page, "The throwaway user of that token was deleted")
    verdict(page, "Accepted as lab-")


GARBAGE = {
    "not a token": "No dots: this is no JSON Web Token.",
    "a.b.c.d.e": "Five parts: an encrypted token",
    '{"access": "eyJh.eyJi.c", "refresh": "eyJh.eyJi.d"}': "There are several tokens in it.",
}
COPIED = [
    "Bearer {}",
    "Authorization: Bearer {}\n",
    '"{}",',
    "curl -H 'Authorization: Bearer {}' http://127.0.0.1/",
]


def test_garbage_is_refused_kindly_and_a_token_is_found_in_what_one_copies(
    page: Page, token: str
) -> None:
    page.goto("/inspector/")
    field = page.get_by_label("Or paste one")
    field.fill(token)
    verdict(page, "Accepted as alice")
    expect(page.get_by_label("Payload")).to_have_value(re.compile("token_type"))
    expect(page.locator("[data-times]")).to_contain_text("Expires today at")
    assert token not in page.url
    for text, said in GARBAGE.items():
        field.fill(text)
        expect(page.locator("[data-masked]")).to_contain_text(said)
        verdict(page, "Not sent")
        page.get_by_role("button", name="Send it", exact=True).click()
        verdict(page, "Token is not three base64url parts")
    wrapped = f"{token[:80]}\n  {token[80:160]}\n{token[160:]}"  # as a terminal does
    for written in [*(copied.format(token) for copied in COPIED), wrapped]:
        field.fill(written)
        verdict(page, "Accepted as alice")
        field.fill("no token")
        verdict(page, "Not sent")


def test_what_was_not_judged_is_not_called_held(page: Page, token: str, settings: Settings) -> None:
    page.goto("/inspector/")
    field = page.get_by_label("Or paste one")
    held = page.locator('[data-state="held"]')
    field.fill(token)
    verdict(page, "Accepted as alice")

    page.get_by_role("button", name="Undo my changes").click()
    verdict(page, "Accepted as alice")
    field.fill("eyJ" * 333_333)
    page.get_by_role("button", name="Send it", exact=True).click()
    verdict(page, "A token has at most 4096 bytes")
    expect(page.locator('[data-state="failed"] .check__title')).to_have_text("Size")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    field.fill("A" * 11_000)
    page.get_by_role("button", name="Send it", exact=True).click()
    verdict(page, "A body has at most")
    expect(held).to_have_count(0)

    field.fill("")
    verdict(page, "Take a sample or paste a token.")
    expect(page.get_by_label("Payload")).to_be_hidden()


def test_the_last_of_two_pasted_at_once_is_judged_and_times_of_another_day_are_dates(
    page: Page, token: str
) -> None:
    page.goto("/inspector/")
    field = page.get_by_label("Or paste one")
    field.evaluate(
        """(field, texts) => {
          for (field.value of texts) field.dispatchEvent(new Event("input"));
        }""",
        ["a.b.c", token],
    )
    verdict(page, "Accepted as alice")

    header, payload = (b64(part) for part in ({"alg": "none"}, {"iat": 0, "exp": 1e30, "nbf": 1}))
    field.fill(f"{header}.{payload}.")

    day = r"19\d\d-\d\d-\d\d at \d\d:\d\d:\d\d"  # as the server writes dates
    expect(page.locator("[data-times]")).to_have_text(
        re.compile(rf"^Issued {day}\. Not before {day}\. $")
    )
