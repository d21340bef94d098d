"""The words: each in two sentences, each with an anchor, linked where a page uses it first."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.templatetags.glossary import addresses, first_uses, word
from accounts.templatetags.words import WORDS

TEMPLATES = Path(settings.BASE_DIR) / "templates"
TAG = re.compile(r'{% word "([^"]+)"')
ANCHOR = re.compile(r'<div id="([^"]+)">\s*<dt>([^<]+)</dt>')


def sentences(text: str) -> list[str]:
    return re.findall(r"[^.!?](?:[^.!?]|[.!?](?!\s|$))*[.!?](?=\s|$)", text)


def test_a_word_is_two_sentences() -> None:
    for one in WORDS:
        for sentence in (one.what, one.why):
            assert sentences(sentence) == [sentence]
            assert sentence[0].isupper()


def test_no_two_words_have_one_anchor() -> None:
    assert len({one.anchor for one in WORDS}) == len(WORDS)


def test_the_page_shows_all_words_in_the_order_of_the_alphabet(client: Client, db: None) -> None:
    page = client.get("/glossary/").content.decode()
    shown = ANCHOR.findall(page)
    names = sorted((one.name for one in WORDS), key=str.casefold)
    assert [name for _, name in shown] == names
    assert dict(shown) == {one.anchor: one.name for one in WORDS}
    for one in WORDS:
        assert f"<dd>{one.what} {one.why}</dd>" in page


def test_every_word_that_a_template_links_is_in_the_glossary() -> None:
    linked = {name for file in TEMPLATES.rglob("*.html") for name in TAG.findall(file.read_text())}
    assert len(linked) > 5
    names = {one.name.casefold() for one in WORDS}
    assert {name for name in linked if name.casefold() not in names} == set()


def test_a_word_that_is_not_in_the_glossary_is_an_error() -> None:
    with pytest.raises(KeyError, match="blaklist"):
        word("blaklist")


def test_a_word_is_linked_as_the_page_writes_it() -> None:
    assert word("session key", "<key>") == (
        '<a class="word" href="/glossary/#session-key">&lt;key&gt;</a>'
    )


def test_a_word_is_linked_once_and_the_longest_is_meant() -> None:
    first, second = first_uses(["Session keys of a session & more", "A session, blacklisted"])
    assert first == (
        '<a class="word" href="/glossary/#session-key">Session keys</a> of a '
        '<a class="word" href="/glossary/#session">session</a> &amp; more'
    )
    assert second == "A session, blacklisted"


def test_a_part_of_a_name_is_no_word_and_one_that_is_known_no_link() -> None:
    assert first_uses(["jwt-blacklist, session_key"]) == ["jwt-blacklist, session_key"]
    assert first_uses(["A ghost"], ["ghost"]) == ["A ghost"]


def test_a_word_of_every_day_is_linked_only_where_it_is_meant() -> None:
    assert first_uses(["On the way, a pair of keys"]) == ["On the way, a pair of keys"]
    assert word("way") == '<a class="word" href="/glossary/#way">way</a>'
    assert "way" not in addresses()


@pytest.mark.parametrize(
    ("path", "anchor"),
    [
        ("/lab/", "transcript"),
        ("/lab/jwt-blacklist/", "blacklist"),
        ("/lab/events/refresh-replayed/", "refresh-token"),
        ("/claims/", "claim"),
        ("/claims/clocks-must-agree/", "leeway"),
        ("/answer/", "median"),
        ("/inspector/", "jwt"),
    ],
)
def test_a_page_leads_to_a_word_once(client: Client, db: None, path: str, anchor: str) -> None:
    page = client.get(path).content.decode()
    assert page.count(f'class="word" href="/glossary/#{anchor}"') == 1
