"""The first page as the server sends it, before any script runs."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve
from pytest_django.fixtures import Settings

from accounts.bench import archive
from accounts.conf import own_database
from accounts.pages import compare
from accounts.pages.chooser import MARK
from accounts.pages.story import STORY
from accounts.strategies import Family, Lookup, strategies
from tests.bench.sample import result

pytestmark = pytest.mark.django_db

OPTION = re.compile(r'<option value="([\w-]+)"( selected| disabled)?>(.*?)</option>')


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/{query}")
    assert response.status_code == 200
    return unescape(response.content.decode())


def options(html: str, side: str) -> list[tuple[str, str, str]]:
    """`[(slug, "selected" | "disabled" | "", label)]` of one lane's chooser."""
    found = OPTION.findall(chooser(html, side))
    return [(slug, state.strip(), label) for slug, state, label in found]


def chooser(html: str, side: str) -> str:
    found = re.search(rf'<select [^>]*name="{side}".*?</select>', html, re.DOTALL)
    assert found
    return found[0]


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
    assert ("session-db", "selected", "Session (Django)") in options(html, "left")
    assert '<p class="lane__checks" data-subtitle>Django\'s default</p>' in unescape(html)


def test_the_choosers_are_grouped_by_what_is_looked_up_and_do_not_tell_the_answer(
    client: Client,
) -> None:
    html = page(client)
    assert re.findall(r'<optgroup label="(.*?)">', html) == [lookup.value for lookup in Lookup] * 2
    offered = [label for side in ("left", "right") for _, _, label in options(html, side)]
    assert not [label for label in offered if MARK in label]


def test_each_lane_offers_its_own_family_first(client: Client) -> None:
    html = page(client, "?left=jwt-user&right=session-db")
    for side, family in (("left", Family.SESSION), ("right", Family.JWT)):
        for group in chooser(html, side).split("<optgroup")[1:]:
            own = [strategies[slug].family is family for slug, _, _ in OPTION.findall(group)]
            assert own == sorted(own, reverse=True)
    assert options(html, "left")[0][0] == "session-db"
    assert options(html, "right")[0][0] == "jwt-blacklist"


def test_what_a_plus_is_added_to_is_said_below_the_chooser(client: Client) -> None:
    added = [slug for slug, _, label in options(page(client), "right") if label.startswith("JWT +")]
    assert len(added) == 8
    for slug in added:
        html = page(client, f"?right={slug}")
        said = re.findall(r"data-subtitle>(.*?)</p>", html)[1]
        assert re.match(r"signature (and user|only|) ?\+ ", said), said


def test_the_story_leads_through_six_pairs_that_exist() -> None:
    pairs = [(pair.left, pair.right) for pair in STORY]
    assert len(set(pairs)) == 6
    assert pairs[0] == ("session-db", "jwt-user")
    for left, right in pairs:
        assert left in strategies
        assert right in strategies
        assert left != right


def test_the_story_ends_at_the_answer_and_at_the_lab_until_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    urls = {"answer": "/answer/", "lab": "/lab/"}
    monkeypatch.setattr(compare, "url_of", urls.get)
    assert compare.ends_at() == {"url": "/answer/", "words": "Next: the answer"}
    del urls["answer"]
    assert compare.ends_at()["url"] == "/lab/"


def test_times_stand_beside_the_benchmark_of_this_database(client: Client) -> None:
    bench = script_data(page(client))["bench"]
    assert isinstance(bench, dict)
    assert bench["rounds"] == 1000
    figures = bench["figures"]
    assert set(figures) >= {slug for pair in STORY for slug in (pair.left, pair.right)}
    assert all(0 < one["error"] < one["median"] for one in figures.values())


def test_a_new_result_of_the_benchmark_is_there_at_once(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(archive, "folder", lambda: tmp_path)
    before = script_data(page(client))["bench"]
    newer = {**result("2099-01-01T00:00:00+00:00"), "database": own_database()}
    archive.save(newer, name="newer")  # type: ignore[arg-type]
    after = script_data(page(client))["bench"]
    assert isinstance(after, dict)
    assert after["url"] == "/benchmarks/?result=newer"
    assert after != before


def test_the_words_of_the_glossary_are_linked_before_and_after_a_script_runs(
    client: Client,
) -> None:
    html = page(client, "?left=session-db&right=jwt-blacklist")
    assert '<a class="word" href="/glossary/#signature">signature</a>' in html
    found = re.search(r'<script id="glossary-data" type="application/json">(.*?)</script>', html)
    assert found
    assert json.loads(found[1])["refresh token"] == "/glossary/#refresh-token"


def test_the_script_is_told_addresses_that_exist(client: Client) -> None:
    data = script_data(page(client))
    found = list(addresses(data))
    assert len(found) > 4 * len(strategies)
    for address in found:
        assert resolve(urlsplit(address).path).func is not None


@pytest.mark.parametrize(
    ("right", "ends"),
    [
        ("jwt-user", "JWT: the thief gets in."),
        ("jwt-rotating", "JWT + rotated refresh: the thief is stopped when the access token"),
        ("jwt-version", "stopped at once, and all other devices are logged out, too."),
    ],
)
def test_a_reader_without_javascript_reads_what_happens_and_is_led_on(
    client: Client, right: str, ends: str
) -> None:
    html = page(client, f"?left=session-db&right={right}")
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))
    for step in ("Log in.", "Send a request.", "Log out.", "The thief tries."):
        assert step in words
    assert "Session (Django): the thief is stopped at once." in words
    assert ends in words
    for pair in STORY:
        assert f'href="?left={pair.left}&right={pair.right}"' in html


def test_a_link_to_the_page_is_shown_with_its_question_and_picture(client: Client) -> None:
    html = page(client)
    assert 'property="og:image" content="http://testserver/static/img/compare' in html
    assert "You logged out. Does a stolen login still work?" in html
    assert re.search(r'<meta name="description" content="Log in with a session cookie', html)


def test_each_lane_explains_its_strategy_without_the_docstrings_marks(client: Client) -> None:
    html = page(client)
    assert "your browser gets a random number" in html
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
