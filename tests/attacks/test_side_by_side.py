"""Results of several browsers beside each other: who differs where, and what is drawn of each."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from accounts.attacks import Attack, Cell, Result, Row, attacks
from accounts.attacks.another_sites_form import AnotherSitesForm
from accounts.attacks.script_in_a_comment import ScriptInAComment
from accounts.attacks.stage import recorded as recordings
from accounts.attacks.stage.recorded import recorded, recorded_of
from accounts.pages.attacks.drawing import OF, drawing_of
from accounts.pages.attacks.outcomes import beside, shown_of
from accounts.pages.attacks.side_by_side import Told, side_by_side
from tests.attacks.stage import begin


def told(browser: str, *words: str) -> Told:
    cells = [Cell(text, went_well=text.startswith("stays")) for text in words]
    return Told(browser, Result(("form", "fetch"), [Row("a cookie", cells)], "Never mind."))


def test_where_all_agree_one_sentence_says_so() -> None:
    found = side_by_side([told("Ant 1", "stays", "goes"), told("Bee 2", "stays", "goes")])
    assert found.sentence == "Ant 1 and Bee 2 came to the same in all 2 cells."
    assert (found.differences, found.different) == (0, [])


def test_each_browser_is_named_where_they_differ() -> None:
    three = [told(*one) for one in (("Ant", "stays", "goes"), ("Bee", "goes", "goes"))]
    found = side_by_side([*three, told("Cow", "goes", "goes")])
    assert found.sentence == (
        "Ant, Bee and Cow differ in 1 of 2 cells: a cookie, form (Ant: stays; Bee and Cow: goes)."
    )
    [line] = found.different
    assert [[one.browsers for one in place] for place in line.places] == [
        [["Ant"], ["Bee", "Cow"]],
        [["Ant", "Bee", "Cow"]],
    ]


def test_how_fast_a_browser_was_is_no_difference() -> None:
    assert side_by_side([told("Ant", "goes 1,234", ""), told("Bee", "goes 99", "")]).different == []


def test_only_rows_that_all_have_played_are_compared() -> None:
    longer = Result(("form", "fetch"), [Row("another", [Cell(""), Cell("")])], "Never mind.")
    found = side_by_side([told("Ant", "stays", "goes"), Told("Bee", longer)])
    assert found.lines == []


def test_many_differences_are_counted_and_some_are_named() -> None:
    words = ["stays", "goes"]
    rows = [[Row(str(n), [Cell(word), Cell(word)]) for n in range(3)] for word in words]
    results = [
        Told(word, Result(("form", "fetch"), some, ""))
        for word, some in zip(words, rows, strict=True)
    ]
    sentence = side_by_side(results).sentence
    assert "differ in 6 of 6 cells" in sentence
    assert sentence.endswith("; 2 more.")


def test_the_engines_differ_in_what_another_site_may_send_along() -> None:
    [as_it_is, *_] = shown_of(AnotherSitesForm, recorded_of(AnotherSitesForm.slug))
    assert "differ in 2 of 76 cells" in as_it_is.compared.sentence
    assert {line.row.title for line in as_it_is.compared.different} == {
        "Another site: SameSite=None"
    }
    assert [one.browser.split()[0] for one in as_it_is.drawn] == ["Chromium", "Firefox"]


def test_browsers_that_came_to_the_same_share_a_drawing() -> None:
    [as_it_is, *_] = shown_of(ScriptInAComment, recorded_of(ScriptInAComment.slug))
    assert [one.browser for one in as_it_is.drawn] == [" and ".join(as_it_is.names)]


@pytest.mark.django_db
def test_who_can_play_is_not_told_the_end_before() -> None:
    here, far = (Client(headers={"host": host}) for host in ("127.0.0.1:8000", "testserver"))
    pages = [each.get("/attacks/script-in-a-comment/").content.decode() for each in (here, far)]
    opened = '<details class="card card--padded attack-result" open>'
    assert [opened in page for page in pages] == [False, True]


@pytest.fixture
def a_third_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Three files of results; the third browser lets no order through after the tab is closed."""
    for file in recordings.SHIPPED.glob("*.json"):
        (tmp_path / file.name).write_text(file.read_text())
    third = json.loads((recordings.SHIPPED / "chromium.json").read_text())
    for entry in third:
        entry["browser"] = "Kestrel 7.1"
    third[0]["result"]["rows"][0]["cells"][2] = {"words": "0 of 20", "went_well": True}
    (tmp_path / "kestrel.json").write_text(json.dumps(third))
    monkeypatch.setattr(recordings, "SHIPPED", tmp_path)
    recorded.cache_clear()
    yield "Kestrel 7"
    recorded.cache_clear()


@pytest.mark.django_db
def test_any_number_of_browsers_stands_side_by_side(client: Client, a_third_browser: str) -> None:
    page = client.get("/attacks/script-in-a-comment/").content.decode()
    assert "Chromium 156, Firefox 153 and Kestrel 7 differ in 1 of 18 cells" in page
    assert f"<b>{a_third_browser}:</b>" in page
    assert page.count("Kestrel 7.1") == 5  # as it is, and with each of four switches


@pytest.mark.django_db
def test_a_play_is_laid_beside_those_with_the_same_switches(client: Client) -> None:
    play = begin("another-sites-form", ["origin"])
    result = AnotherSitesForm().result(play, [])
    assert beside(AnotherSitesForm, ["origin", "token"], result) is None
    found = beside(AnotherSitesForm, ["origin"], result)
    assert found
    assert found.compared.sentence.startswith("This play, Chromium 156 and Firefox 153 differ in")
    page = client.get(play.get_absolute_url()).content.decode()
    assert "Side by side with other browsers" in page


def test_what_was_counted_is_drawn_as_so_many_of_twenty() -> None:
    rows = [Row("a", [Cell("x"), Cell("5 of 20", went_well=False, share=0.25)])]
    drawing = drawing_of(Result(("carried", "orders"), rows, ""))
    assert drawing.columns == ["orders"]
    [strip] = drawing.strips
    assert strip.lost == [[True] * 5 + [False] * (OF - 5)]


def test_what_has_no_counts_and_no_groups_is_not_drawn() -> None:
    assert not drawing_of(told("Ant", "stays", "goes").result)
    assert not drawing_of(Result((), [], ""))


@pytest.mark.parametrize("attack", attacks, ids=lambda attack: attack.slug)
def test_three_attacks_have_a_drawing(attack: type[Attack]) -> None:
    drawn = {"script-in-a-comment": (6, 0), "another-sites-form": (0, 3), "leaked-secret": (5, 0)}
    drawing = drawing_of(recorded_of(attack.slug)[0].result)
    assert (len(drawing.strips), len(drawing.plan)) == drawn.get(attack.slug, (0, 0))
