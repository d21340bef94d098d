"""The page past this machine, without JavaScript."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.cluster.scale_facts import facts
from accounts.cluster.scale_parameters import PARAMETERS
from accounts.pages import cluster_scale
from accounts.strategies import strategies

pytestmark = pytest.mark.django_db


def page(client: Client, **query: Any) -> str:
    response = client.get("/cluster/scale/", query)
    assert response.status_code == 200
    return response.content.decode()


def text(html: str) -> str:
    """What a reader sees of the page below its header."""
    seen = re.sub(r"<[^>]+>", " ", html[html.index("<main") : html.index("</main>")])
    return re.sub(r"\s+", " ", unescape(seen))


def row(html: str, part: str, title: str) -> str:
    """What stands in the row of a way."""
    inside = html[html.index(f'id="{part}"') :]
    found = re.search(
        rf"<tr>\s*<th[^>]*><a [^>]*>{re.escape(title)}</a>.*?</tr>", inside, re.DOTALL
    )
    assert found
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found[0]))).strip()


def test_it_says_what_breaks_first_and_whether_the_list_is_shorter(client: Client) -> None:
    seen = text(page(client))
    assert re.search(
        r"With 100,000 users nothing breaks\. The first to break would be “Session \(Django\)”, "
        r"from \d+0,000 users on: to log out everywhere takes longer than 10 s",
        seen,
    )
    assert "A blacklist keeps 198,129 rows, a table of sessions 100,000: more logins have" in seen
    assert "These 447,194 rows are counted in the table below, too." in seen
    session = row(page(client), "figures", "Session in one query")
    assert "547,194" in session  # of its sessions and of its logins
    assert "fewer logins have ended" in text(page(client, log_outs="0.01"))


def test_every_way_has_its_row_or_says_what_is_missing(client: Client) -> None:
    html = page(client)
    for strategy in strategies:
        assert f'href="/lab/{strategy.slug}/"' in html[html.index('id="reach"') :]


def test_what_breaks_here_is_marked_and_said(client: Client) -> None:
    few = row(page(client, users=1000), "reach", "JWT + blacklist")
    assert "✕" not in few
    many = row(page(client, users=10**9), "reach", "JWT + blacklist")
    assert re.search(
        r"[\d.]+ million users ✕ breaks here From [\d.]+ million users on: all 8", many
    )
    assert "With more processes: from " in many
    assert "all 100 connections of the database are always busy." in many


def test_the_figures_of_a_system_are_in_the_table(client: Client) -> None:
    html = page(client, users=10**6, log_outs=1, login_s=86_400, processes=100)
    pushed = row(html, "figures", "JWT + blacklist in memory")
    assert "581,977" in pushed  # 10⁶ / (e - 1)
    assert re.search(r" 1,157, 8\.3 GB a day 581,977 ids, \d+ MB ", pushed)
    assert pushed.endswith("● within 1 s")
    assert row(html, "figures", "JWT + rotated refresh").endswith("◐ within 5 min")
    assert row(html, "figures", "JWT").endswith("▲ within 1 d")
    assert row(html, "figures", "Random token").endswith("● at once")


def test_distance_is_said_and_news_has_to_travel(client: Client) -> None:
    html = page(client, regions=3, round_trip_ms=100)
    assert "In another region a request waits 200 ms" in row(html, "reach", "JWT + blacklist")
    assert row(html, "figures", "JWT + blacklist in memory").endswith("● within 1 s")
    assert "another region a request" not in row(page(client), "reach", "JWT + blacklist")


def test_a_figure_between_the_stops_is_taken_and_stands_among_them(client: Client) -> None:
    html = page(client, users=3_000_000, requests="12.5")
    assert "With 3 million users" in text(html)
    chosen = re.findall(r'<option value="([\w.]+)" selected>([^<]+)</option>', html)
    assert chosen[:2] == [("3000000", "3 million"), ("12.5", "12.5")]
    stops = re.search(r'<select name="users".*?</select>', html, re.DOTALL)
    assert stops
    users = [int(value) for value in re.findall(r'value="(\d+)"', stops[0])]
    assert users == sorted(users)


def marked(client: Client, **query: str) -> list[str]:
    """The parameters that a refused page marks."""
    response = client.get("/cluster/scale/", query)
    assert response.status_code == 400
    html = response.content.decode()
    assert "Correct what is marked" in html
    assert "How far each way goes" not in html
    places = re.findall(r'id="errors-(\w+)" data-live>(.*?)</div>', html, re.DOTALL)
    return [name for name, errors in places if 'class="errorlist"' in errors]


@pytest.mark.parametrize(
    "value", ["", "many", "nan", "inf", "-1", "1e99", "0x10", pytest.param("9" * 5000, id="long")]
)
def test_what_makes_no_system_is_refused(client: Client, value: str) -> None:
    names = [parameter.name for parameter in PARAMETERS]
    assert sorted(marked(client, **dict.fromkeys(names, value))) == sorted(names)


def test_what_is_refused_says_where(client: Client) -> None:
    for parameter in PARAMETERS:
        assert marked(client, **{parameter.name: "many"}) == [parameter.name]


def test_a_digit_of_another_script_is_a_digit(client: Client) -> None:
    assert client.get("/cluster/scale/", {"requests": "٣"}).status_code == 200


@pytest.mark.parametrize("end", ["low", "high"])
def test_the_ends_of_every_slider_are_computed(client: Client, end: str) -> None:
    for parameter in PARAMETERS:
        assert "NaN" not in page(client, **{parameter.name: getattr(parameter, end)})
    page(client, **{each.name: getattr(each, end) for each in PARAMETERS})


def test_each_coefficient_leads_to_where_it_was_measured(client: Client) -> None:
    html = page(client)
    there = client.get("/benchmarks/", {"result": "postgres"}).content.decode()
    anchors = set(re.findall(r'\?result=postgres#([\w-]+)"', html))
    assert anchors >= {"time-card", "queries-card", "bytes-card", "growth-card", "logins-title"}
    for anchor in anchors:
        assert f'id="{anchor}"' in there
    assert 'href="/claims/out-everywhere-is-easy/"' in html
    found = facts({})
    assert found is not None
    assert f"measured {found.measured:%Y-%m-%d}" in text(html)
    assert f"was played {found.matrix.made:%Y-%m-%d}" in text(html)
    assert re.search(r"1\d\d bytes for one of accounts_blacklistedtoken", text(html))
    assert re.search(
        r"An id that a process holds takes \d+ bytes, and the news .* 83 bytes", text(html)
    )


def test_what_was_not_measured_is_called_so(client: Client) -> None:
    seen = text(page(client))
    assert "not measured" in seen.partition("How it is computed")[2]
    assert "Session with a cache: a cache holds all logins, 100,000 entries; what they take" in seen
    assert "played with one cache per process; with a cache for all, a log-out counts at" in seen


def test_the_simulation_stands_beside_the_arithmetic(client: Client) -> None:
    seen = text(page(client))
    for size in ("A club", "A shop", "A town"):
        assert re.search(rf"{size} [\d,]+ users, each with", seen)
    assert re.search(r"Messages to processes in a day 60,000 \d\d,\d{3} ✓ [+-]\d\.\d%", seen)
    assert re.search(r"Until a stolen access token ends ≤ 15 min 1[45][.\d]* min ✓", seen)
    assert seen.count("✓ Chance explains every difference.") == 3


def test_it_asks_the_database_nothing(client: Client) -> None:
    page(client)
    with CaptureQueriesContext(connection) as queries:
        page(client, users=1000)
    assert len(queries) == 0


def test_without_a_measured_result_the_page_is_not_there(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_scale, "facts", lambda _: None)
    assert client.get("/cluster/scale/").status_code == 404


def test_the_answer_leads_to_it_and_it_leads_to_the_api(client: Client) -> None:
    assert 'href="/cluster/scale/"' in client.get("/answer/").content.decode()
    found = re.search(r'href="(/api/cluster/scale/\?[^"]+)"', page(client, users=5000))
    assert found
    answer = client.get(unescape(found[1]))
    assert answer.status_code == 200
    assert answer.json()["headline"] in text(page(client, users=5000))
