"""The Compare page as the server sends it, before any script runs."""

import json
import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.test import Client
from django.urls import resolve
from pytest_django.fixtures import Settings

from accounts.strategies import strategies

pytestmark = pytest.mark.django_db

OPTION = re.compile(r'<option value="([\w-]+)"( selected| disabled)?>(.*?)</option>')


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/{query}")
    assert response.status_code == 200
    return unescape(response.content.decode())


def options(html: str, side: str) -> list[tuple[str, str, str]]:
    """`[(slug, "selected" | "disabled" | "", label)]` of one lane's chooser."""
    chooser = re.search(rf'<select [^>]*name="{side}".*?</select>', html, re.DOTALL)
    assert chooser
    return [(slug, state.strip(), label) for slug, state, label in OPTION.findall(chooser[0])]


def selected(client: Client, query: str = "") -> list[str]:
    """The slugs chosen on the left and on the right."""
    html = page(client, query)
    return [
        slug
        for side in ("left", "right")
        for slug, state, _ in options(html, side)
        if state == "selected"
    ]


def script_data(html: str) -> dict[str, object]:
    found = re.search(r'<script id="compare-data" type="application/json">(.*?)</script>', html)
    assert found
    data: dict[str, object] = json.loads(found[1])
    return data


def addresses(data: object) -> Iterator[str]:
    """Every path of this site in the data for the script."""
    if isinstance(data, dict):
        for value in data.values():
            yield from addresses(value)
    elif isinstance(data, list):
        for value in data:
            yield from addresses(value)
    elif isinstance(data, str) and data.startswith("/"):
        yield data


def test_the_defaults_of_django_and_simplejwt_stand_side_by_side(client: Client) -> None:
    assert selected(client) == ["session-db", "jwt-user"]


def test_the_address_says_which_two_are_compared(client: Client) -> None:
    query = "?left=session-joined&right=jwt-blacklist-joined"
    assert selected(client, query) == ["session-joined", "jwt-blacklist-joined"]


def test_any_strategy_can_stand_in_either_lane(client: Client) -> None:
    assert selected(client, "?left=jwt-user&right=session-db") == ["jwt-user", "session-db"]


@pytest.mark.parametrize("junk", ["nope", "", "__class__", "session-db%00", "<script>"])
def test_an_unknown_strategy_gives_the_default(client: Client, junk: str) -> None:
    assert selected(client, f"?left={junk}&right={junk}") == ["session-db", "jwt-user"]


@pytest.mark.parametrize(
    ("slug", "pair"),
    [
        ("session-db", ["session-db", "jwt-user"]),
        ("jwt-user", ["jwt-user", "session-db"]),
        ("opaque", ["opaque", "jwt-user"]),
    ],
)
def test_one_strategy_twice_would_share_a_cookie_and_is_not_given(
    client: Client, slug: str, pair: list[str]
) -> None:
    assert selected(client, f"?left={slug}&right={slug}") == pair


def test_both_choosers_offer_every_strategy_but_the_other_lanes(client: Client) -> None:
    html = page(client)
    for side, other in (("left", "jwt-user"), ("right", "session-db")):
        offered = options(html, side)
        assert {slug for slug, _, _ in offered} == {strategy.slug for strategy in strategies}
        assert [slug for slug, state, _ in offered if state == "disabled"] == [other]
    assert ("session-db", "selected", "Session (Django): Django's default") in options(html, "left")


def test_the_choosers_are_grouped_by_what_the_browser_holds(client: Client) -> None:
    groups = re.findall(r'<optgroup label="(.*?)">', page(client))
    assert groups == ["Cookie session", "JSON Web Token", "Opaque token"] * 2


def test_the_script_is_told_addresses_that_exist(client: Client) -> None:
    data = script_data(page(client))
    found = list(addresses(data))
    assert len(found) > 5 * len(strategies)
    for address in found:
        assert resolve(address).func is not None


def test_a_reader_without_javascript_is_told_so_and_reads_what_each_step_does(
    client: Client,
) -> None:
    html = page(client, "?left=session-db&right=opaque")
    assert "<noscript>" in html
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
    assert "This page needs JavaScript" in words
    assert "hands the left browser a cookie, the right one a random token." in words
    for step in ("Log in.", "Send a request.", "Log out.", "Replay the stolen copy."):
        assert step in words


def test_each_lane_explains_its_strategy_without_the_docstrings_marks(client: Client) -> None:
    html = page(client)
    assert "a row in django_session, then the user's row" in html
    assert "``" not in html


def test_without_traces_there_is_nothing_to_draw_and_the_page_says_what_to_do(
    client: Client, settings: Settings
) -> None:
    settings.TRACING = False
    html = page(client)
    assert "Start it with <code>TRACING=1</code>" in html
    assert "compare.js" not in html


def test_the_page_is_only_read(client: Client) -> None:
    assert client.post("/").status_code == 405
