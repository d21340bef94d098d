"""The table of the libraries: what was measured, the settings in full, words computed from it."""

import re
from html import unescape

import pytest
from django.test import Client
from django.utils.html import strip_tags

from accounts.audit.libraries import FOLDER, LIBRARIES
from accounts.audit.shipped import Shipped, shipped
from accounts.lab.events import events


@pytest.fixture
def table() -> Shipped:
    """What is shipped."""
    found = shipped()
    assert found is not None
    return found


def text_of(address: str) -> str:
    page = Client().get(address)
    assert page.status_code == 200
    return " ".join(unescape(strip_tags(page.content.decode())).split())


def lives_on(table: Shipped, event: str) -> int:
    return sum(
        cell["event"] == event and cell["thief"] in ("accepted", "refused-later")
        for _, cell in table.cells()
    )


def test_the_sentence_counts_what_was_measured(table: Shipped) -> None:
    assert (
        f"Of {len(table.libraries)} configurations {lives_on(table, 'log-out')} let a copied"
        f" credential live on after a log-out, {lives_on(table, 'password-change')} after a"
        f" password change, {lives_on(table, 'account-disabled')} after the account was disabled"
        f" and {lives_on(table, 'expiry')} after the credential’s own end."
    ) in text_of("/lab/libraries/")


def test_every_library_is_shipped_with_what_was_used(table: Shipped) -> None:
    assert [one["slug"] for one in table.libraries] == [one.slug for one in LIBRARIES]
    for kept, library in zip(table.libraries, LIBRARIES, strict=True):
        assert kept["source"] == library.source, "play it again: make peers ARGS=--ship"
        assert kept["environment"] == library.environment
        assert kept["promise"] == library.promise
        assert kept["promise"].endswith(".")
        assert kept["documentation"] == library.documentation
        assert kept["profile"] == (FOLDER / f"{library.profile}.toml").read_text()
        assert kept["version"][0].isdigit()
        assert not [cell["error"] for cell in kept["cells"] if cell["error"]]
        known = [event.slug for event in events if event.needs]
        assert sorted(cell["event"] for cell in kept["cells"]) == sorted(known)


def test_each_row_has_its_version_and_what_it_promises(table: Shipped) -> None:
    page = text_of("/lab/libraries/")
    for kept in table.libraries:
        assert f"{kept['title']} {kept['package']} {kept['version']} {kept['promise']}" in page


def test_rows_where_the_copy_lives_on_least_come_first(table: Shipped) -> None:
    page = Client().get("/lab/libraries/").content.decode()
    order = re.findall(r'href="/lab/libraries/([\w-]+)/">', page)
    assert len(order) == len(table.libraries)
    open_after = {
        kept["slug"]: [
            sum(cell["thief"] == outcome for cell in kept["cells"])
            for outcome in ("accepted", "refused-later")
        ]
        for kept in table.libraries
    }
    numbers = [open_after[slug] for slug in order]
    assert numbers == sorted(numbers)
    assert numbers[0] < numbers[-1]


def test_one_framework_may_be_looked_at(table: Shipped) -> None:
    page = Client().get("/lab/libraries/", {"framework": "Flask"}).content.decode()
    shown = set(re.findall(r'href="/lab/libraries/([\w-]+)/">', page))
    assert shown == {one["slug"] for one in table.libraries if one["framework"] == "Flask"}
    everything = Client().get("/lab/libraries/", {"framework": "<script>"})
    assert everything.status_code == 200
    assert "<script>" not in everything.content.decode().replace("<script type", "")


def test_a_row_shows_its_settings_and_what_was_sent(table: Shipped) -> None:
    page = text_of("/lab/libraries/knox/")
    [kept] = [one for one in table.libraries if one["slug"] == "knox"]
    assert " ".join(kept["source"].split()) in page
    assert 'send = "Authorization: Token {access}"' in page
    assert "The thief replays its copy 401 ● thief stopped" in page
    assert "$CREDENTIAL" in page
    assert Client().get("/lab/libraries/carrier-pigeon/").status_code == 404


def test_a_redirect_to_the_log_in_is_a_refusal(table: Shipped) -> None:
    assert "302 ● thief stopped" in text_of("/lab/libraries/django-db/")


def test_no_credential_is_shipped(table: Shipped) -> None:
    token = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}|[0-9a-f]{40}|[\w-]{40,}")
    for kept in table.libraries:
        for cell in kept["cells"]:
            for one in cell["transcript"]:
                sent = str([one["request"]["headers"], one["request"]["body"], one["response"]])
                assert not token.search(sent), (kept["slug"], cell["event"], token.search(sent))


def test_pages_ask_no_database() -> None:
    # No fixture gives these tests one, so a query would be an error.
    page = text_of("/lab/libraries/")
    assert "How to test yours In a clone of this site’s source" in page
    assert "Each server is one process" in page
