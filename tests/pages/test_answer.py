"""The page that answers the question, without JavaScript."""

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.answer.facts import facts
from accounts.answer.opening import Step
from accounts.answer.takeaway import takeaway
from accounts.pages import answer
from accounts.pages.answer import bars
from accounts.pages.chooser import MARK
from accounts.strategies import Lookup
from tests.answer.measured import SESSION

pytestmark = pytest.mark.django_db


def page(client: Client, **query: Any) -> str:
    response = client.get("/answer/", query)
    assert response.status_code == 200
    return response.content.decode()


def text(html: str) -> str:
    """What a reader sees of the page below its header."""
    seen = re.sub(r"<[^>]+>", " ", html[html.index("<main") : html.index("</main>")])
    return re.sub(r"\s+", " ", unescape(seen))


def test_the_first_sentence_answers_the_question_with_figures_and_says_whose(
    client: Client,
) -> None:
    html = page(client, database="postgres")
    seen = text(html)
    assert (
        "What is the problem with JWT, if invalidation is solved? Ending a token as its "
        "user logs out takes a look-up for each request" in seen
    )
    assert "sends 357 bytes with each request instead of 32." in seen
    found = facts("postgres")
    assert found is not None
    assert f"medians on PostgreSQL: measured {found.measured:%Y-%m-%d}" in seen
    assert found.benchmark["machine"]["cpu"] in seen
    assert f"played {found.matrix.made:%Y-%m-%d}" in seen
    assert 'href="/benchmarks/?result=postgres"' in html


def test_whoever_is_in_a_hurry_is_told_what_needs_no_copying(client: Client) -> None:
    seen = text(page(client, clients=["browser", "program"]))
    assert re.search(r"In a hurry\? Session \(Django\) needs no line copied and would take", seen)
    assert re.search(r"It has a limit, worked out on paper \. From [\d,]+ users on: to log", seen)
    assert "A package of the same kind: django-rest-knox" in seen
    django = text(page(client, services=1, late_s=60))
    assert "In a hurry?" not in django


def test_whoever_builds_a_website_or_an_api_finds_what_to_take_above_all_figures(
    client: Client,
) -> None:
    for clients in ("browser", "program"):
        above = text(page(client, clients=clients)).partition("What each step costs")[0]
        assert "For browsers (a website) take Session in one query ;" in above
        assert "for apps and programs (an API) take Random token , in the system below" in above
    assert "For browsers (a website) nothing fits; " in text(page(client, services=1))


def test_each_step_has_its_door(client: Client) -> None:
    seen = text(page(client))
    assert re.search(r"Session \(Django\) 2 queries 1\.00 thief stopped", seen)
    assert re.search(r"JWT 1 query 0\.\d\d thief in", seen)
    assert re.search(r"JWT \+ blacklist 2 queries \d\.\d\d thief stopped", seen)
    assert re.search(r"JWT \+ blacklist in one query 1 query 0\.\d\d thief stopped", seen)
    assert "The last one is cheaper than JWT though it checks more: a bar is the whole" in seen


def test_a_bar_is_as_long_as_its_figure_and_its_end_shows_the_spread() -> None:
    steps = [Step(SESSION, ratio, 0.05, is_safe=True, door="") for ratio in (1.0, 0.5)]
    long, short = bars(steps)
    assert (long.width, long.low, long.between) == ("95.24%", "90.48%", "9.52%")
    assert short.width == "47.62%"


def test_a_system_is_answered_and_what_would_change_it_is_said(client: Client) -> None:
    seen = text(page(client, distance_ms=1, late_s=0, per_hour=120, services=0, clients="program"))
    assert "Take: Random token A log-out takes effect at once." in seen
    assert re.search(
        r"If a log-out might take [\w ]+ to take effect: take JWT \+ rotated refresh", seen
    )
    assert re.search(r"A JWT would win if a log-out might take [\w ]+ to take effect: JWT", seen)


def test_when_jwt_wins_it_says_so_as_plainly(client: Client) -> None:
    seen = text(page(client, services=3, late_s=60))
    assert "Take: JWT + rotated refresh A log-out takes effect within 1 min" in seen
    assert "A JWT wins here: JWT + rotated refresh." in seen


def test_when_nothing_fits_it_says_why(client: Client) -> None:
    seen = text(page(client, services=1))
    assert "Nothing fits No way that was measured here does all of this." in seen
    assert "A service that asks nobody cannot know of a log-out at once." in seen
    assert "One way the one to take, if one fits" in seen
    example = "Nothing fits your system, so an example stands where the one to take would."
    assert example in seen
    assert example not in text(page(client))
    assert example not in text(page(client, services=1, a="opaque", b="jwt-user"))


def test_short_tokens_are_not_said_to_ask_the_database_nothing(client: Client) -> None:
    seen = text(page(client, services=1, late_s=1))
    renewed = "up to 120 refreshes per user and hour, 2 queries each"
    assert f"Questions to the database 0, and {renewed}" in seen
    ranked = seen.partition("shortest time is first. Way")[2]
    assert re.search(rf"JWT \+ rotated refresh [^A-Z]*{renewed}", ranked)


def test_browsers_and_programs_are_answered_each(client: Client) -> None:
    seen = text(page(client, clients=["browser", "program"], distance_ms=0))
    both = (
        "Browsers (a website) : take Session in one query Apps and programs (an API) : take Random"
    )
    assert f"For each kind of client {both} token One way for both? Then with" in seen
    assert "For browsers (a website) Take: Session in one query" in seen
    assert "For apps and programs (an API) Take: Random token" in seen


def test_every_way_is_ranked_or_out_with_a_link_to_the_lab(client: Client) -> None:
    html = page(client)
    ranked = html[html.index('id="ranked"') :]
    assert "a stolen copy outlives: log out, log out everywhere" in text(html)
    found = facts("sqlite")
    assert found is not None
    for candidate in found.measurements.candidates:
        assert f'href="/lab/{candidate.slug}/"' in ranked
    for part in ("time-card", "queries-card", "bytes-card", "latency-card", "logins-title"):
        assert f"#{part}" in ranked


def test_the_addresses_of_the_figures_are_on_the_page_of_the_benchmarks(client: Client) -> None:
    there = client.get("/benchmarks/", {"result": "sqlite"}).content.decode()
    for anchor in set(re.findall(r'\?result=sqlite#([\w-]+)"', page(client, database="sqlite"))):
        assert f'id="{anchor}"' in there


def test_the_matrix_behind_it_is_on_the_page(client: Client) -> None:
    html = page(client, database="postgres")
    assert 'href="#played"' in html
    played = text(html[: html.index("</main>")] + "</main>").partition("stolen copy Every way")[2]
    assert re.search(
        r"^ against every event that decides here, played [\d-]+ on PostgreSQL in \d+ s", played
    )
    lives = "▲ still works for 59 min"
    assert f"JWT {lives} {lives} {lives} ● refused at once ● accepted with the new role" in played
    assert "JWT + version number ● refused at once, the other device, too" in played


def test_two_ways_stand_side_by_side(client: Client) -> None:
    html = page(client, a="session-db", b="jwt-user")
    seen = text(html)
    assert re.search(r"JWT takes \d\.\d+ ms less than Session \(Django\): \d+% of its time", seen)
    assert re.search(r"Log out ● refused at once ▲ still works for 59 min", seen)
    assert re.search(r"In your system will do will not do: a stolen copy outlives: log out", seen)
    assert '<option value="session-db" selected>' in html


def test_its_choosers_mark_the_ways_that_stop_the_thief_at_log_out(client: Client) -> None:
    known = facts("sqlite")
    assert known
    played, html = known.matrix.reports, page(client)
    for name in ("a", "b"):
        chooser = re.search(rf'<select name="{name}".*?</select>', html, re.DOTALL)
        assert chooser
        groups = re.findall(r'<optgroup label="(.*?)">', chooser[0])
        assert groups == [lookup.value for lookup in Lookup]
        labels = dict(re.findall(r'<option value="([\w-]+)".*?>(.*?)</option>', chooser[0]))
        stops = {slug for slug, label in labels.items() if MARK in label}
        assert labels.keys() == {one.slug for one in known.measurements.candidates}
        assert "✓: a log-out stops the thief at once, or within a second." in text(html)
        assert stops == {slug for slug in labels if played[slug, "log-out"]["thief"] == "refused"}


def test_the_two_begin_with_the_one_to_take_and_follow_the_answer(client: Client) -> None:
    def columns(**system: Any) -> list[str]:
        head = page(client, **system).partition('id="pair"')[2].partition("</thead>")[0]
        return re.findall(r'href="/lab/([\w-]+)/"', head)

    assert columns() == ["session-joined", "jwt-blacklist-joined"]
    assert columns(clients="program") == ["opaque", "jwt-blacklist-joined"]
    assert columns(services=1, late_s=60) == ["jwt-rotating", "opaque"]  # no other kind will do
    assert columns(services=1) == ["opaque", "jwt-blacklist-joined"]  # nothing will do
    assert columns(b="session-db", a="") == ["session-joined", "session-db"]


def test_the_order_of_the_table_is_said(client: Client) -> None:
    seen = text(page(client, clients=["browser", "program"]))
    assert "Cookies come first, because no script in the page can read them" in seen
    assert "Headers come first, because a program keeps no cookie by itself" in seen


def test_two_ways_that_cost_the_same_are_called_equal(client: Client) -> None:
    seen = text(page(client, a="opaque", b="opaque"))
    assert "take as long: the difference is within the spread" in seen


@pytest.mark.parametrize(
    "query",
    [
        {"distance_ms": "6"},
        {"distance_ms": "nan"},
        {"late_s": "soon"},
        {"database": "oracle"},
        {"a": "carrier-pigeon"},
        {"distance_ms": "1", "clients": []},
        {"clients": "pigeon"},
    ],
)
def test_a_query_that_makes_no_system_is_refused_and_says_where(
    client: Client, query: dict[str, Any]
) -> None:
    response = client.get("/answer/", query)
    assert response.status_code == 400
    html = response.content.decode()
    assert 'class="errorlist"' in html
    assert "Correct what is marked" in html
    assert "A request in your system" not in html


def test_without_a_measured_result_the_page_is_not_there(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "facts", lambda _: None)
    assert client.get("/answer/").status_code == 404


def test_the_figures_come_from_files_without_a_query(client: Client) -> None:
    page(client)
    with CaptureQueriesContext(connection) as queries:
        page(client, clients=["browser", "program"])
    assert len(queries) == 0


def test_the_header_leads_to_it_and_it_leads_on(client: Client) -> None:
    html = page(client)
    assert '<a href="/answer/" aria-current="page">Answer</a>' in html
    assert '<a class="button" href="/claims/">Next: put what people say to the test</a>' in html


def test_the_lines_to_copy_stand_beside_the_cost(client: Client) -> None:
    html = page(client, database="sqlite")
    seen = text(html)
    found = re.search(r"Take it with you: (\d+) lines of this site", seen)
    assert found
    assert int(found[1]) > 900
    assert "the way itself has 60 here" in seen
    assert "djangorestframework==" in seen
    commands = seen.partition("Try it in an empty folder")[2].partition("In a hurry")[0].split()
    assert commands == " ".join(takeaway("session-joined").commands).split()
    assert "60 lines; with all that it needs" in text(
        client.get("/lab/session-joined/").content.decode()
    )
    plain = r"Session \(Django\) needs no line copied and would take \d\.\d ms more\."
    assert re.search(plain, seen)
    ranked = seen.partition("shortest time is first. Way")[2]
    assert f"{int(found[1]):,}" in ranked.partition("Session (Django)")[0]
    assert re.search(r"Session \(Django\) \d\.\d ms 1\.00 \d+ 2 32 0 ", ranked)


def test_what_an_outcome_holds_for_is_said(client: Client) -> None:
    seen = text(page(client)).partition("shortest time is first. Way")[2]
    cached = seen.partition("Session with a cache ")[2].partition("Session in the cookie")[0]
    assert "played with one cache per process; with a cache for all, a log-out counts" in cached
