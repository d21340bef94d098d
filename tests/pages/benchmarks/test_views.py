"""The charts of the page show the figures of the file."""

import re
import shutil
import uuid
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.bench import archive
from accounts.bench.result import BASELINE, Result
from accounts.bench.tables import tables
from accounts.models import BenchRun
from accounts.pages.benchmarks import lines
from accounts.pages.benchmarks.charts import MAX_BAR
from tests.bench.sample import result

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_other_results(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """Only what a test saves is there."""
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    monkeypatch.setattr(archive, "SHIPPED", shipped)
    monkeypatch.setattr(archive, "folder", lambda: shipped)
    yield
    shutil.rmtree(shipped)


class Tags(HTMLParser):
    """The tags of a page, in their order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)


def page(client: Client, **query: str) -> str:
    answer = client.get(reverse("benchmarks"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def section(html: str, slug: str) -> str:
    return html[html.index(f'id="{slug}-card"') :].partition("</section>")[0]


def says(html: str) -> list[str]:
    return [tag["data-says"] for _, tag in Tags(html).found if "data-says" in tag]


def strategies(found: Result) -> list[str]:
    return [one["title"] for one in found["strategies"] if one["slug"] != BASELINE]


def test_a_bar_is_as_long_as_its_figure(client: Client) -> None:
    archive.save(result())

    html = section(page(client), "time")

    assert [text.split(":")[0] for text in says(html)] == strategies(result())
    ends = [float(end) for end in re.findall(r'class="mark__value" x="([\d.]+)%"', html)]
    longest = 1190  # the words begin behind the spread, which ends at 1.2 times the median
    assert ends == [round(MAX_BAR * us / longest, 2) for us in (990, 390, 790, 1190, 490)]
    assert re.findall(r'class="mark__value"[^>]*>([^<]+)<', html)[0] == "990 µs"
    drawn = re.findall(r'class="spread" x1="([\d.]+)%" x2="([\d.]+)%"', html)
    assert [float(x) for x in drawn[3]] == [round(MAX_BAR * 0.9 / 1.2, 2), MAX_BAR]


def test_a_bar_is_split_as_the_file_says(client: Client) -> None:
    archive.save(result())

    first = says(section(page(client), "parts"))[0]

    assert first == (
        "Title of session-db: 1,000 µs, of it 700 in Django, DRF and Python, "
        "200 in signatures, 100 in SQL"
    )


def test_every_figure_is_in_a_table_too(client: Client) -> None:
    found = result(long=True)
    archive.save(found)

    html = page(client)

    for slug in ("time", "parts", "queries", "bytes", "growth", "latency", "http"):
        assert "<table" in section(html, slug)
    assert ">1,190</td>" in section(html, "time")
    assert ">1,200</td>" in section(html, "parts")
    assert ">25.0</td>" in section(html, "growth")
    assert ">11.20</td>" in section(html, "latency")
    for table in tables(found):
        if "Function calls" in table.title:
            continue  # what the project holds itself to is for the terminal
        assert table.title in html
        assert unescape(table.note) in unescape(html)
        for row in table.rows:
            assert "".join(f'<td class="number">{cell}</td>' for cell in row.cells) in html


def test_what_was_not_measured_is_not_drawn(client: Client) -> None:
    archive.save(result())
    html = page(client)
    assert 'id="growth-card"' not in html
    assert 'id="latency-card"' not in html


def test_the_newest_is_shown_and_an_older_one_can_be_chosen(client: Client) -> None:
    archive.save(result("2026-01-01T00:00:00+00:00", long=True), name="older")
    archive.save(result("2026-02-01T00:00:00+00:00"), name="newer")

    newest, older = page(client), page(client, result="older")

    assert "2026-02-01 00:00 UTC" in newest
    assert "2026-01-01 00:00 UTC" in older
    assert '<option value="older" selected>' in older
    assert "?result=older" in newest  # where the charts are that the short one lacks


def test_a_file_that_is_written_anew_is_read_anew(client: Client) -> None:
    found = result()
    archive.save(found, name="one")
    assert "Another title" not in page(client)
    found["strategies"][1]["title"] = "Another title"
    archive.save(found, name="one")
    assert "Another title" in page(client)


def test_a_result_of_a_busy_machine_says_so_and_is_not_shown_first(client: Client) -> None:
    archive.save(result("2026-01-01T00:00:00+00:00"), name="quiet")
    busy = result("2026-02-01T00:00:00+00:00")
    busy["machine"]["load"] = 9.0
    archive.save(busy, name="busy")
    run = BenchRun.objects.create(result=busy)

    words = "Other programs kept this machine busy"
    assert '<option value="quiet" selected>' in page(client)
    assert words not in page(client)
    for name in ("busy", str(run.pk)):
        shown = page(client, result=name)
        assert words in shown
        assert f'<option value="{name}" selected>2026-02-01 00:00 · SQLite · ' in shown
        assert " · busy machine</option>" in shown


def test_what_the_project_set_itself_is_not_for_visitors(client: Client) -> None:
    archive.save(result(long=True))
    html = page(client)
    for goal in result(long=True)["goals"]:
        assert goal["title"] not in html


def test_a_run_of_the_page_is_a_result_like_any_other(client: Client) -> None:
    run = BenchRun.objects.create(result=result("2026-03-01T00:00:00+00:00"))

    html = page(client)

    assert f'<option value="{run.pk}" selected>2026-03-01 00:00 · SQLite · this page' in html


def test_the_list_reads_of_the_pages_runs_no_more_than_it_shows(client: Client) -> None:
    archive.save(result("2026-04-01T00:00:00+00:00"), name="newest")
    for day in (1, 2, 3):
        BenchRun.objects.create(result=result(f"2026-03-0{day}T00:00:00+00:00"))

    with CaptureQueriesContext(connection) as queries:
        html = page(client)

    assert html.count("this page</option>") == 3
    whole_column = re.compile(r'"result"(, "| FROM)')
    assert not [query for query in queries if whole_column.search(query["sql"])]


def test_what_a_short_run_left_out_is_found_in_a_long_one(client: Client) -> None:
    archive.save(result(long=True), name="long")
    archive.save(result("2026-02-03T04:05:06+00:00"), name="short")

    assert "Left out of this result" in page(client, result="short")
    assert 'href="/benchmarks/?result=long"' in page(client, result="short")
    assert "Left out of this result" not in page(client, result="long")


def test_of_lines_that_ask_equally_often_the_highest_has_the_label() -> None:
    found = result(long=True)
    assert found["latency"]
    drawn = lines.latency(found["latency"], found["strategies"]).lines
    highest = {"No query": "baseline", "1 query": "jwt-user", "2 queries": "jwt-blacklist"}
    titles = {one["slug"]: one["title"] for one in found["strategies"]}
    assert {line.label: line.title for line in drawn if line.label} == {
        label: titles[slug] for label, slug in highest.items()
    }


def test_an_unknown_result_is_not_found(client: Client) -> None:
    archive.save(result())
    for name in ("../../etc/passwd", str(uuid.uuid4()), "nothing"):
        assert client.get(reverse("benchmarks"), {"result": name}).status_code == 404


def test_without_any_result_the_page_says_so(client: Client) -> None:
    assert "Nothing was measured yet" in page(client)


def test_a_name_from_a_file_is_text_and_no_markup(client: Client) -> None:
    found = result()
    found["strategies"][1]["title"] = "<script>alert(1)</script>"
    archive.save(found)
    assert "<script>alert" not in page(client)


def test_a_run_is_followed_while_its_process_gives_signs_of_life(client: Client) -> None:
    run = BenchRun.objects.create(slot=BenchRun.ONLY)
    assert f'data-running="{run.pk}"' in page(client)

    BenchRun.objects.update(seen=timezone.now() - 2 * BenchRun.SILENCE)
    assert "data-running" not in page(client)


def test_a_visitor_may_not_start_one_where_only_staff_may(
    client: Client, settings: Settings
) -> None:
    archive.save(result())
    assert "Run a short one here" in page(client)

    settings.BENCH_PUBLIC = False

    assert "Run a short one here" not in page(client)
