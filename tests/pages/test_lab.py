"""The lab's pages as the server sends them, and what it keeps of a run."""

import json
import re
import shlex
import uuid
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries, Settings
from rest_framework.response import Response

from accounts.api.lab import views
from accounts.conf import own_database
from accounts.lab import environment, recorded
from accounts.lab.events import events
from accounts.lab.report import Report
from accounts.lab.runs import MAX_RUNS, run_keep
from accounts.lab.scenario import run_scenario
from accounts.lab.users import LabUser, create_lab_user
from accounts.models import Run, RunTurn, User
from accounts.strategies import Credential, Expected, Outcome, Strategy, strategies

RUNS = "/api/lab/runs/"
PAIRS = set(product((s.slug for s in strategies), (e.slug for e in events)))
# With those that need a cache which is not here: they are shown as recorded.
SHOWN = set(product((s.slug for s in strategies.all()), (e.slug for e in events)))
ALL = {"strategies": [s.slug for s in strategies], "events": [e.slug for e in events]}
CELL = re.compile(r'<td class="cell"[^>]*data-strategy="([\w-]+)" data-event="([\w-]+)"')
PLAYED = re.compile(r'<td class="cell"[^>]*data-tone="\w+"(?! data-recorded)')
RECORDED = re.compile(r'<td class="cell"[^>]*data-tone="\w+" data-recorded')
SHIPPED = recorded.SHIPPED

# The scenarios' threads have connections of their own: they must see what the test has written.
pytestmark = pytest.mark.django_db(transaction=True)
# What is asked and written here, and the recorded matrix of each database.
on_both = pytest.mark.database("sqlite", "postgres")


@pytest.fixture(autouse=True)
def nothing_recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What a test sees is what it played."""
    monkeypatch.setattr(recorded, "SHIPPED", tmp_path)


@pytest.fixture
def shipped(nothing_recorded: None, monkeypatch: pytest.MonkeyPatch) -> recorded.Recorded:
    """The recorded matrix of this database, as it is shipped."""
    monkeypatch.setattr(recorded, "SHIPPED", SHIPPED)
    found = recorded.recorded(own_database())
    assert found
    return found


@pytest.fixture
def alice_browser() -> Client:
    return Client()


@pytest.fixture
def mallory_browser() -> Client:
    return Client()


def run(client: Client, *, strategies: list[str], events: list[str]) -> list[dict[str, Any]]:
    """Play cells; what was reported, line by line."""
    chosen = {"strategies": strategies, "events": events}
    response = client.post(RUNS, chosen, content_type="application/json")
    assert response.status_code == 200, response.content
    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    return [json.loads(line) for line in lines]


def run_one(client: Client, strategy: str, event: str) -> dict[str, Any]:
    (only,) = run(client, strategies=[strategy], events=[event])
    return only


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


def shared(**changes: Any) -> Run:
    """A run for everybody, with some of what was measured replaced."""
    report = run_scenario("session-db", "log-out")
    values = {name: getattr(report, name) for name in Report.__dataclass_fields__}
    return run_keep(Report(**values | changes), visitor=None, batch=uuid.uuid4())


# --- The matrix -----------------------------------------------------------------------------------


def test_every_strategy_meets_every_event(client: Client) -> None:
    assert set(CELL.findall(page(client, "/lab/"))) == SHOWN


def test_who_played_nothing_is_told_so(client: Client) -> None:
    html = page(client, "/lab/")
    assert f"Not played here yet: {len(PAIRS)} experiments" in html
    assert not PLAYED.findall(html)


def test_a_played_cell_is_there_when_the_page_is_opened_again(alice_browser: Client) -> None:
    run_one(alice_browser, "session-db", "log-out")
    html = page(alice_browser, "/lab/")
    assert len(PLAYED.findall(html)) == 1
    assert f"1 of {len(PAIRS)}" in html
    assert "SQLite" in html or "PostgreSQL" in html


@on_both
def test_the_newest_run_of_a_cell_is_shown(alice_browser: Client) -> None:
    older = run_one(alice_browser, "opaque", "log-out")
    newer = run_one(alice_browser, "opaque", "log-out")
    html = page(alice_browser, "/lab/")
    assert newer["url"] in html
    assert older["url"] not in html


def test_a_visitor_sees_nobody_elses_runs(alice_browser: Client, mallory_browser: Client) -> None:
    link = run_one(alice_browser, "session-db", "log-out")["url"]
    assert not PLAYED.findall(page(mallory_browser, "/lab/"))
    run_one(mallory_browser, "session-db", "log-out")
    assert link in page(alice_browser, "/lab/")
    assert link not in page(mallory_browser, "/lab/")


def test_whoever_has_the_link_may_read_the_transcript(
    alice_browser: Client, mallory_browser: Client
) -> None:
    link = run_one(alice_browser, "session-db", "log-out")["url"]
    assert "The thief replays its copy" in page(mallory_browser, link)


def test_a_visitor_cannot_be_made_up(alice_browser: Client, client: Client) -> None:
    run_one(alice_browser, "session-db", "log-out")
    client.cookies["lab_visitor"] = str(Run.objects.get().visitor)
    assert not PLAYED.findall(page(client, "/lab/"))


@on_both
def test_a_shared_run_is_shown_to_who_has_none_of_their_own(alice_browser: Client) -> None:
    link = shared().get_absolute_url()
    html = page(alice_browser, "/lab/")
    assert "Played for everybody" in html
    assert link in html
    own = run_one(alice_browser, "session-db", "log-out")["url"]
    html = page(alice_browser, "/lab/")
    assert own in html
    assert link not in html


def test_the_matrix_of_the_terminal_is_shared_if_asked(client: Client) -> None:
    command = ["matrix", "--strategy=session-db", "--event=log-out", "--json"]
    call_command(*command)
    assert not PLAYED.findall(page(client, "/lab/"))
    call_command(*command, "--share")
    assert len(PLAYED.findall(page(client, "/lab/"))) == 1


def test_a_cell_that_differs_from_what_was_declared_says_so(client: Client) -> None:
    shared(expected=Expected(Outcome.ACCEPTED))
    assert "≠ expected: still accepted" in page(client, "/lab/")


def test_collateral_is_said(client: Client) -> None:
    shared(other="collateral", expected=Expected(Outcome.REFUSED, "collateral"))
    html = page(client, "/lab/")
    assert "the other device, too" in html
    assert "declared" not in html


def test_a_broken_scenario_shows_its_error_and_nothing_else_breaks(client: Client) -> None:
    broken = shared(thief=None, error="the database went away", transcript=())
    assert "the database went away" in page(client, "/lab/")
    html = page(client, broken.get_absolute_url())
    assert "It broke before anything was noted: the database went away" in html
    assert "logged out as well" not in html


def test_a_broken_scenario_shows_what_was_played_until_then(client: Client) -> None:
    broken = shared(thief=None, error="the database went away")
    html = page(client, broken.get_absolute_url())
    assert "Until it broke" in html
    assert "Device A logs in" in html


def test_where_an_event_does_not_apply_the_reason_is_there(alice_browser: Client) -> None:
    link = run_one(alice_browser, "session-db", "refresh-replayed")["url"]
    assert "Only where there are refresh tokens" in page(alice_browser, "/lab/")
    assert "Nothing was played. Only where there are refresh tokens." in page(alice_browser, link)


@pytest.mark.parametrize("family", ["session", "jwt", "opaque"])
def test_a_family_can_be_asked_for_without_a_script(client: Client, family: str) -> None:
    assert f'value="{family}" checked' in page(client, f"/lab/?family={family}")


def test_an_unknown_family_shows_all(client: Client) -> None:
    assert 'value="" checked' in page(client, "/lab/?family=magic")


# --- What was recorded ----------------------------------------------------------------------------


def rows(html: str) -> Iterator[tuple[str, str]]:
    """Each row's strategy and what it says, in the order of the page."""
    for part in re.split(r'<tr data-row="', html)[1:]:
        yield part.partition('"')[0], part.partition("</tr>")[0]


@on_both
def test_before_anything_is_played_the_recorded_matrix_is_there(
    client: Client, shipped: recorded.Recorded
) -> None:
    html = page(client, "/lab/")
    assert len(RECORDED.findall(html)) == len(SHOWN)
    assert f"{shipped.made:%Y-%m-%d} on {shipped.database}, {shipped.machine['cpu']}" in html
    found = dict(rows(html))
    assert "still works" in found["jwt-user"]
    assert 'href="/lab/events/log-out/#jwt-user"' in found["jwt-user"]  # there it says why
    assert "2</td>" in found["session-db"]
    assert f"{shipped.reports['jwt-user', 'log-out']['bytes_per_request']} B" in found["jwt-user"]
    assert "/lab/runs/" not in html.partition("<table")[2].partition("</table>")[0]


def test_a_matrix_that_is_recorded_anew_is_there_at_once(
    client: Client, shipped: recorded.Recorded, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(recorded, "SHIPPED", tmp_path)
    content = json.loads((SHIPPED / f"{own_database()}.json").read_text())
    recorded.save(own_database(), content)
    assert "4711 B" not in page(client, "/lab/")
    for report in content["reports"]:
        report["bytes_per_request"] = 4711
    recorded.save(own_database(), content)
    assert "4711 B" in page(client, "/lab/")


@pytest.mark.usefixtures("shipped")
def test_ways_without_red_come_first(client: Client) -> None:
    html = page(client, "/lab/")
    drills = {event.slug for event in events if event.is_drill}
    tones = re.compile(r'data-event="([\w-]+)"[^>]*data-tone="(\w+)"')
    red = [
        any(tone == "vulnerable" for event, tone in tones.findall(row) if event not in drills)
        for _, row in rows(html)
    ]
    assert red == sorted(red)
    assert True in red
    assert False in red
    headings = re.findall(r'scope="rowgroup"[^>]*>([^<]+)<', html)
    assert headings[0] == "Cookie session: no event that should end a login leaves the thief in"
    assert headings[-1] == "JSON Web Token: some event that should end a login leaves the thief in"
    closed = [slug for (slug, _), is_red in zip(rows(html), red, strict=True) if not is_red]
    answer = html[html.index('class="lab-answer"') : html.index('class="lead"')]
    assert re.findall(r'href="/lab/([\w-]+)/"', answer) == closed
    assert f"With {len(closed)} of them no event that should end the login leaves" in answer
    stopped = {
        slug
        for slug, row in rows(html)
        if re.search(r'data-event="log-out"[^>]*data-tone="safe"', row)
    }
    assert f"{len(stopped)} of {len(red)} ways stop the thief when the owner logs out." in answer
    assert len(stopped) > len(closed)


@pytest.mark.usefixtures("shipped")
def test_what_is_recorded_does_not_count_as_played(client: Client) -> None:
    html = page(client, "/lab/")
    assert not PLAYED.findall(html)
    assert f"Not played here yet: {len(PAIRS)} experiments" in html
    assert f'max="{len(PAIRS)}" value="0"' in html


@pytest.mark.usefixtures("shipped")
def test_a_cell_that_is_played_takes_the_place_of_the_recorded_one(alice_browser: Client) -> None:
    link = run_one(alice_browser, "session-db", "log-out")["url"]
    html = page(alice_browser, "/lab/")
    assert len(PLAYED.findall(html)) == 1
    assert len(RECORDED.findall(html)) == len(SHOWN) - 1
    assert re.search(rf'href="{link}".*?transcript</span>', html, re.DOTALL)
    assert f"1 of {len(PAIRS)}" in html


@pytest.mark.usefixtures("shipped")
def test_once_all_is_played_nothing_is_said_of_what_was_recorded(alice_browser: Client) -> None:
    path = "/lab/events/role-removed/"
    assert "are recorded: played" in page(alice_browser, path)
    run(alice_browser, strategies=[s.slug for s in strategies], events=["role-removed"])
    html = page(alice_browser, path)
    assert len(PLAYED.findall(html)) == len(strategies)
    assert "are recorded: played" not in html


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("path", ["/lab/jwt-user/", "/lab/events/log-out/"])
def test_the_pages_below_show_what_was_recorded_too(client: Client, path: str) -> None:
    html = page(client, path)
    assert RECORDED.findall(html)
    assert "are recorded: played" in html
    assert '"exchange": null' in html
    assert ('<tr id="jwt-user">' in html) == ("events" in path)


def test_a_row_that_was_not_played_to_its_end_stands_between(client: Client) -> None:
    shared()
    headings = re.findall(r'scope="rowgroup"[^>]*>([^<]+)<', page(client, "/lab/"))
    assert headings == ["Cookie session", "JSON Web Token", "Opaque token"]


@on_both
@pytest.mark.usefixtures("shipped")
def test_what_is_played_costs_the_page_one_query(
    alice_browser: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):  # what is shared
        page(alice_browser, "/lab/")
    for event in ("log-out", "role-removed"):
        run(alice_browser, strategies=["session-db", "opaque"], events=[event])
        with django_assert_num_queries(2):  # and the visitor's own
            page(alice_browser, "/lab/")


# --- Playing --------------------------------------------------------------------------------------


def test_a_run_reports_each_cell_in_words(alice_browser: Client) -> None:
    answers = run(alice_browser, strategies=["session-db", "jwt-user"], events=["log-out"])
    cells = {answer["strategy"]: answer["cell"] for answer in answers}
    assert "refused" in cells["session-db"]["html"]
    assert "still works" in cells["jwt-user"]["html"]
    assert len({answer["batch"] for answer in answers}) == 1


@pytest.mark.parametrize("event", ["log-out", "refresh-replayed"])
def test_a_run_reports_a_cell_as_the_page_shows_it(alice_browser: Client, event: str) -> None:
    answer = run_one(alice_browser, "jwt-version", event)
    cell = unescape(answer["cell"]["html"]).strip()
    assert answer["url"] in cell
    assert cell in page(alice_browser, "/lab/")
    assert cell in page(alice_browser, "/lab/jwt-version/")


def test_a_run_leaves_no_throwaway_user_behind(alice_browser: Client) -> None:
    run(alice_browser, strategies=["jwt-blacklist-joined"], events=["log-out", "key-leaked"])
    assert not User.objects.exists()


@on_both
def test_hanging_up_ends_the_run(alice_browser: Client) -> None:
    chosen = {**ALL, "events": [event.slug for event in events if not event.ages]}
    response = alice_browser.post(RUNS, chosen, content_type="application/json")
    lines: Iterator[bytes] = response.streaming_content  # type: ignore[attr-defined]
    next(lines)
    response.close()
    assert Run.objects.count() < len(PAIRS) / 2


@pytest.mark.parametrize("kind", ["strategies", "events"])
def test_what_is_not_registered_is_refused(client: Client, kind: str) -> None:
    response = client.post(RUNS, {**ALL, kind: ["magic"]}, content_type="application/json")
    assert response.status_code == 400
    assert "There is nothing called magic here." in response.content.decode()


@on_both
def test_runs_are_throttled_per_visitor(
    alice_browser: Client, mallory_browser: Client, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "lab-runs": (2, 86_400)}
    run(alice_browser, strategies=["opaque"], events=["log-out", "account-disabled"])
    chosen = {"strategies": ["opaque"], "events": ["log-out"]}
    refused = alice_browser.post(RUNS, chosen, content_type="application/json")
    assert refused.status_code == 429
    wait = int(refused["Retry-After"])
    assert 0 < wait <= settings.LIMITS["lab-runs"][1]
    assert run(mallory_browser, **chosen)
    Run.objects.update(created=timezone.now() - timedelta(seconds=settings.LIMITS["lab-runs"][1]))
    assert run(alice_browser, **chosen)


def test_more_cells_than_a_visitor_may_play_are_refused_at_once(
    client: Client, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "lab-runs": (1, 86_400)}
    chosen = {"strategies": ["opaque"], "events": ["log-out", "account-disabled"]}
    assert client.post(RUNS, chosen, content_type="application/json").status_code == 429
    assert not Run.objects.exists()


def test_new_visitors_of_one_address_are_throttled_too(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "lab-users": (1, 86_400)}
    run_one(Client(), "opaque", "log-out")
    chosen = {"strategies": ["opaque"], "events": ["log-out"]}
    assert Client().post(RUNS, chosen, content_type="application/json").status_code == 429


def begin(client: Client) -> Any:
    chosen = {"strategies": ["opaque"], "events": ["log-out"]}
    return client.post(RUNS, chosen, content_type="application/json")


@on_both
def test_runs_wait_for_their_turn_and_are_told_their_place(alice_browser: Client) -> None:
    playing = [begin(Client()) for _ in range(MAX_RUNS)]
    assert [response.status_code for response in playing] == [200] * MAX_RUNS
    bob_browser = Client()
    for client, place in ((alice_browser, 1), (bob_browser, 2), (alice_browser, 1)):
        waits = begin(client)
        assert (waits.status_code, waits.json()) == (202, {"place": place})
        assert int(waits["Retry-After"]) == 1
    playing[0].close()
    assert begin(bob_browser).json() == {"place": 2}
    assert run_one(alice_browser, "opaque", "log-out")
    assert run_one(bob_browser, "opaque", "log-out")
    for response in playing:
        response.close()
    assert not RunTurn.objects.exists()


@on_both
def test_old_runs_may_be_pruned_and_young_ones_not(settings: Settings) -> None:
    young, old = shared(), shared()
    old.created = timezone.now() - settings.LAB_RUN_LIFETIME
    old.save()
    assert [run.pk for run in Run.objects.outdated()] == [old.pk]
    assert young.created > old.created


def lose_a_response(client: Client, strategy: str) -> Any:
    return client.post(f"/api/lab/{strategy}/lost-response/", content_type="application/json")


def test_lost_responses_are_throttled_per_address(client: Client, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "lab-users": (1, 86_400)}
    assert lose_a_response(client, "jwt-rotating").status_code == 200
    assert lose_a_response(client, "jwt-rotating").status_code == 429


def test_each_story_of_a_lost_response_is_played(client: Client) -> None:
    played = lose_a_response(client, "jwt-rotating").json()
    assert [story["goes_on"] for story in played] == [True, True, True, False, True]
    assert [story["thief_in"] for story in played] == [None, None, None, False, True]
    assert [story["grace_s"] for story in played] == [10, 0, 0, 0, 10]
    assert all(story["title"] and story["about"] and not story["error"] for story in played)


@pytest.mark.parametrize("strategy", ["session-db", "magic"])
def test_a_response_is_lost_only_where_there_are_refresh_tokens(
    client: Client, strategy: str
) -> None:
    assert lose_a_response(client, strategy).status_code == 404


# --- Transcript -----------------------------------------------------------------------------------


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every password and credential that is handed out."""
    found: list[str] = []
    hand_out = views.hand_out

    def watched_hand_out(response: Response, strategy: Strategy, credential: Credential) -> None:
        found.extend(filter(None, [credential.value, credential.refresh]))
        hand_out(response, strategy, credential)

    def watched_create_lab_user(visitor: uuid.UUID) -> LabUser:
        made = create_lab_user(visitor)
        found.append(made.password)
        return made

    monkeypatch.setattr(views, "hand_out", watched_hand_out)
    monkeypatch.setattr(environment, "create_lab_user", watched_create_lab_user)
    return found


# One of each kind of credential: what is kept is masked by one function for all of them.
KINDS = {(way.family, way.in_cookie, way.refreshes, way.bound): way.slug for way in strategies}


@pytest.mark.parametrize("strategy", KINDS.values())
def test_no_credential_is_kept(alice_browser: Client, secrets: list[str], strategy: str) -> None:
    run(alice_browser, strategies=[strategy], events=["log-out", "refresh-replayed"])
    kept = json.dumps(list(Run.objects.values("transcript", "report")))
    assert len(secrets) >= 3  # a password and two devices
    assert not [secret for secret in secrets if secret in kept]
    # Nor the half of it that matters.
    assert not [secret for secret in secrets if secret[-20:] in kept]


def test_a_transcript_has_the_event_between_before_and_after(alice_browser: Client) -> None:
    html = page(alice_browser, run_one(alice_browser, "session-db", "log-out")["url"])
    titles = re.findall(r"<h[23][^>]*>([^<]+)</h[23]>", html)
    places = [
        titles.index(title)
        for title in (
            "Before",
            "Device A logs in",
            "The event: log out",
            "Device A logs out",
            "After",
            "The thief replays its copy",
        )
    ]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("strategy", "thief"),
    [("session-db", ("ok", "401 ● thief stopped")), ("jwt-user", ("bad", "200 ▲ thief got in"))],
)
def test_green_and_red_say_how_it_went_for_the_owner_and_words_say_the_same(
    alice_browser: Client, strategy: str, thief: tuple[str, str]
) -> None:
    html = page(alice_browser, run_one(alice_browser, strategy, "log-out")["url"])
    badges = re.findall(r'data-who="(\w+)".*?class="badge badge--(\w+)">(.*?)<', html, re.DOTALL)
    told = [(who, (tone, words)) for who, tone, words in badges]
    assert [words for who, words in told if who == "thief"][-1] == thief
    assert ("B", ("ok", "200 accepted")) in told


def test_every_command_leads_to_a_path_of_this_site(alice_browser: Client) -> None:
    html = page(alice_browser, run_one(alice_browser, "session-joined", "password-change")["url"])
    commands = re.findall(r'data-copy="(curl .*?)" hidden', html, re.DOTALL)
    assert len(commands) > 5
    assert "which is deleted after 1 h." in html
    for command in commands:
        words = shlex.split(command)
        (url,) = [word for word in words if word.startswith("http://testserver")]
        resolve(url.removeprefix("http://testserver"))
        assert "…" not in command


@on_both
def test_the_same_is_there_for_programs(alice_browser: Client, client: Client) -> None:
    answer = run_one(alice_browser, "jwt-user", "log-out")
    found = client.get(f"{RUNS}{answer['id']}/").json()
    assert found["report"] == answer["report"]
    assert found["transcript"][0]["title"] == "Device A logs in"


@pytest.mark.parametrize("path", ["/lab/runs/", RUNS])
def test_an_unknown_run_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"{path}{uuid.uuid4()}/").status_code == 404


def test_a_run_of_what_is_no_longer_registered_is_not_found(client: Client) -> None:
    found = shared()
    Run.objects.update(strategy="gone")
    assert client.get(found.get_absolute_url()).status_code == 404
    assert page(client, "/lab/")


# --- A page per strategy and per event ------------------------------------------------------------


@pytest.mark.parametrize("strategy", list(strategies), ids=lambda found: found.slug)
def test_a_strategys_page_explains_it_and_shows_its_source(client: Client, strategy: Any) -> None:
    html = page(client, f"/lab/{strategy.slug}/")
    assert f"<h1>{strategy.title}" in html
    assert strategy.when_to_use in html
    assert f"accounts/strategies/{strategy.slug.replace('-', '_')}.py" in html
    assert f'<span class="nc">{strategy.__name__}</span>' in html
    assert {event for _, event in CELL.findall(html)} == {event.slug for event in events}


def test_a_strategys_page_shows_its_family_base_beside_it(client: Client) -> None:
    html = page(client, "/lab/jwt-version/")
    assert "<details" in html
    assert "accounts/strategies/_strict.py" in html
    assert '<span class="nc">StrictStrategy</span>' in html
    assert "_base.py</code>" not in html  # the contract is everybody's
    assert "<details" not in page(client, "/lab/opaque/")


@pytest.mark.parametrize("event", list(events), ids=lambda found: found.slug)
def test_an_events_page_explains_it_and_shows_its_source(client: Client, event: Any) -> None:
    html = page(client, f"/lab/events/{event.slug}/")
    assert f"<h1>{event.title}</h1>" in html
    assert f"accounts/lab/events/{event.slug.replace('-', '_')}.py" in html
    assert {slug for slug, _ in CELL.findall(html)} == {found.slug for found in strategies.all()}


def test_the_reason_that_the_thief_was_given_is_on_both_pages(alice_browser: Client) -> None:
    run_one(alice_browser, "session-db", "log-out")
    for path in ("/lab/session-db/", "/lab/events/log-out/"):
        html = page(alice_browser, path)
        assert "The row is gone: the cookie is just a random number" in html
        assert re.search(r"\d quer(y|ies), \d+\.\d ms", html)


def test_a_strategys_page_draws_the_newest_measured_request(alice_browser: Client) -> None:
    run_one(alice_browser, "session-db", "log-out")
    html = page(alice_browser, "/lab/session-db/")
    found = re.search(r'<script id="lab-data" type="application/json">(.*?)</script>', html)
    assert found
    exchange = json.loads(found[1])["exchange"]
    assert exchange["trace"]["tally"]["sql"] == 2


@pytest.mark.parametrize("path", ["/lab/magic/", "/lab/events/magic/"])
def test_an_unknown_slug_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_no_strategy_takes_an_address_of_the_lab() -> None:
    assert not {strategy.slug for strategy in strategies} & {"runs", "events", "users"}
