"""Every strategy against every event: what is declared is what is measured."""

import json
import re
import uuid
from contextlib import closing
from itertools import islice
from threading import enumerate as threads
from typing import Any

import pytest
from django.contrib.sessions.models import Session as DjangoSession
from django.db.models import Model
from pytest_django.fixtures import Settings
from pytest_django.plugin import DjangoDbBlocker

from accounts.conf import own_database
from accounts.lab.client import Client
from accounts.lab.environment import Environment
from accounts.lab.events import events
from accounts.lab.events._base import Event
from accounts.lab.lost_response import VARIANTS, Ending, Variant, run_lost_response
from accounts.lab.report import Report
from accounts.lab.runs import run_scenarios
from accounts.lab.scenario import all_pairs, run_scenario
from accounts.lab.stage import Stage
from accounts.lab.transcript import Answer, ScenarioError
from accounts.lab.wire import cookie_name
from accounts.lab.wording import describe
from accounts.models import BlacklistedToken, Login, Session, User, login_begin
from accounts.strategies import Expected, Family, Outcome, Refused, Strategy, strategies
from accounts.tokens.realm import lab_realm, site_realm

PAIRS = [(strategy.slug, event.slug) for strategy, event in all_pairs()]
# A key, a clock, a header or the user's row decides these, on every database alike: they are
# played on SQLite.
ALIKE = {
    *("key-rotated", "key-rotated-overlap", "new-secret", "expiry", "cross-site-request"),
    *("key-leaked", "account-disabled", "role-removed"),
}
on_sqlite = pytest.mark.database("sqlite")
TABLES: list[type[Model]] = [User, Login, Session, BlacklistedToken, DjangoSession]
TOKEN = re.compile(r"[\w-]{16,}\.[\w-]{16,}\.[\w-]{16,}|\b[a-z0-9]{32}\b|argon2")

pytestmark = pytest.mark.xdist_group("matrix")  # it is played once, in one process

Matrix = dict[tuple[str, str], Report]


@pytest.fixture(scope="module")
def played(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> tuple[Matrix, dict[str, int]]:
    """All of it, played once, side by side as the page and the command do; and the rows left."""
    left_out = set() if own_database() == "sqlite" else ALIKE
    pairs = [(strategy, event) for strategy, event in PAIRS if event not in left_out]
    with django_db_blocker.unblock():
        reports = list(run_scenarios(pairs, workers=2))
        left = {table.__name__: table._default_manager.count() for table in TABLES}
    return {(report.strategy, report.event): report for report in reports}, left


@pytest.fixture
def matrix(played: tuple[Matrix, dict[str, int]], db: None) -> Matrix:
    """The reports; one test of them alone needs the tables, too."""
    return played[0]


def test_it_cleans_up_after_itself(played: tuple[Matrix, dict[str, int]], db: None) -> None:
    assert set(played[1].values()) == {0}


@pytest.mark.parametrize(
    ("strategy", "event"),
    [pytest.param(*pair, marks=on_sqlite if pair[1] in ALIKE else ()) for pair in PAIRS],
)
def test_what_is_declared_is_what_is_measured(matrix: Matrix, strategy: str, event: str) -> None:
    report = matrix[strategy, event]
    assert report.matches, report.difference


@on_sqlite
def test_every_pair_was_played(matrix: Matrix) -> None:
    assert len(matrix) == len(PAIRS) == len(strategies) * len(events)


@on_sqlite
def test_the_whole_matrix_is_json(matrix: Matrix) -> None:
    for report in matrix.values():
        assert json.loads(json.dumps(report.as_dict()))["strategy"] == report.strategy


def test_no_credential_is_in_a_transcript(matrix: Matrix) -> None:
    for pair, report in matrix.items():
        for exchange in report.transcript:
            text = json.dumps([exchange.request, exchange.response])
            assert not TOKEN.search(text), pair


def test_each_request_of_a_transcript_has_its_trace(matrix: Matrix) -> None:
    for report in matrix.values():
        for exchange in report.transcript:
            if exchange.request["path"].startswith("/api/lab/"):
                assert exchange.trace is not None
                assert exchange.trace["path"] == exchange.request["path"]


def test_where_a_copy_works_on_it_says_for_how_long(matrix: Matrix) -> None:
    for (_, event), report in matrix.items():
        if events[event].steals and report.thief in (
            Outcome.ACCEPTED,
            Outcome.STALE_ROLE,
            Outcome.LATER,
        ):
            assert report.thief_after_s is not None
            assert report.thief_after_s > 0


def test_a_copy_that_is_refused_later_was_waited_for(matrix: Matrix) -> None:
    later = [report for report in matrix.values() if report.thief is Outcome.LATER]
    assert later
    for report in later:
        assert report.played_lifetime_s is not None
        assert report.duration_ms > 900
        assert report.transcript[-1].who == "thief"
        assert report.transcript[-1].response["status"] == 401


@on_sqlite
def test_the_role_served_is_the_new_or_the_old_one(matrix: Matrix) -> None:
    for (slug, event), report in matrix.items():
        if event == "role-removed" and not strategies[slug].bound:  # nobody is served a copy of it
            fresh = report.thief is Outcome.NEW_ROLE
            assert report.role == ("member" if fresh else "editor")


def test_a_stateless_token_cannot_be_revoked_and_costs_nothing(matrix: Matrix) -> None:
    report = matrix["jwt-stateless", "log-out"]
    assert report.thief is Outcome.ACCEPTED
    assert (report.sql_per_request, report.cost_queries) == (0, 0)


def test_a_session_is_short_on_the_wire_and_a_token_long(matrix: Matrix) -> None:
    session, token = matrix["session-db", "log-out"], matrix["jwt-user", "log-out"]
    assert session.bytes_per_request < 64
    assert token.bytes_per_request > 300
    assert session.sql_per_request == 2
    assert session.cost_queries > 0


def test_a_refresh_replayed_does_not_apply_to_a_session(matrix: Matrix) -> None:
    report = matrix["session-db", "refresh-replayed"]
    assert report.thief is Outcome.NOT_APPLICABLE
    assert report.transcript == ()
    assert report.why == "Only where there are refresh tokens"


def test_the_verdict_on_the_last_replay_is_told_in_words(matrix: Matrix) -> None:
    assert "row is gone" in matrix["session-db", "log-out"].why
    assert "blacklist" in matrix["jwt-blacklist-joined", "log-out"].why


@on_sqlite
def test_a_thief_does_not_forget_a_cookie_because_it_has_expired(matrix: Matrix) -> None:
    sessions = [one.slug for one in strategies if one.family is Family.SESSION]
    for slug in sessions:
        report = matrix[slug, "expiry"]
        replay = [one for one in report.transcript if one.who == "thief"][-1]
        assert cookie_name(slug) in replay.request["headers"]["Cookie"]
        assert report.why != "No credential was sent"


def test_who_logs_out_everywhere_is_not_the_device_that_was_copied(matrix: Matrix) -> None:
    for strategy in strategies:
        report = matrix[strategy.slug, "log-out-everywhere"]
        begins, ends = report.event_at
        assert [one.who for one in report.transcript[begins:ends]] == ["B"]


def told(matrix: Matrix, strategy: str, event: str) -> tuple[str, str, str]:
    text = describe(matrix[strategy, event].as_dict())
    return text.word, text.detail, text.also


@on_sqlite
def test_another_sites_page_gets_what_it_asks_for_where_no_csrf_token_is_asked_for(
    matrix: Matrix,
) -> None:
    event = "cross-site-request"
    for slug in ("session-db", "session-joined", "jwt-cookie"):
        assert told(matrix, slug, event)[:2] == ("refused", "no CSRF token")
    assert told(matrix, "jwt-cookie-no-csrf", event)[:2] == ("obeyed", "the password is changed")
    assert matrix["jwt-user", event].why == "Only where the browser sends it by itself"
    lured = matrix["jwt-cookie", event].transcript[-2]
    assert (lured.who, lured.request["headers"]["Origin"]) == ("A", "https://evil.example")
    assert "X-CSRFToken" not in lured.request["headers"]
    assert cookie_name("jwt-cookie") in lured.request["headers"]["Cookie"]
    assert lured.response["status"] == 403


@on_sqlite
@pytest.mark.parametrize(
    ("strategy", "taken"),
    [
        ("jwt-stateless", 20),
        ("jwt-blacklist", 20),
        ("jwt-password", 0),
        ("jwt-blacklist-joined", 0),
        ("session-signed", 0),
        ("session-db", 10),
        ("session-joined", 0),
        ("opaque", 0),
    ],
)
def test_what_leaked_makes_the_thief_so_many_of_twenty_users(
    matrix: Matrix, strategy: str, taken: int
) -> None:
    assert matrix[strategy, "key-leaked"].taken == taken
    word = "gets in" if taken else "refused"
    assert told(matrix, strategy, "key-leaked") == (word, f"as {taken or 'any'} of 20 users", "")


@pytest.mark.parametrize(
    ("strategy", "phases", "words"),
    [
        (
            "session-db",
            ((False, False), (False, True)),
            "refused throughout; the owner has to wait",
        ),
        ("jwt-user", ((False, False), (True, True)), "still works when it is back; the owner has"),
        ("jwt-stateless", ((True, True), (True, True)), "still works while it is away, and after"),
    ],
)
def test_a_store_that_is_away_stops_who_asks_it_and_lets_in_who_does_not(
    matrix: Matrix, strategy: str, phases: object, words: str
) -> None:
    report = matrix[strategy, "store-down"]
    assert report.phases == phases
    word, detail, also = told(matrix, strategy, "store-down")
    assert f"{word} {detail}; {also}".startswith(words)
    statuses = {one.response["status"] for one in report.transcript}
    assert (503 in statuses) == (strategy != "jwt-stateless")


@on_sqlite
def test_a_restart_with_another_secret_logs_everybody_out(matrix: Matrix) -> None:
    for strategy in strategies:
        report = matrix[strategy.slug, "new-secret"]
        assert (report.thief, report.other) == (Outcome.REFUSED, "collateral")
        assert describe(report.as_dict()).tone == "collateral"


class Alarm(Event):
    """Nobody has declared anything for it."""

    slug = "alarm"
    title = "Alarm"

    def happen(self, environment: Stage) -> None:
        """Break."""
        raise RuntimeError(f"the bell with the token eyJhbGciOiJI.eyJzdWIiOiIx.{'c' * 20} broke")


class Nothing(Event):
    """Nothing happens, although one would wish that the copy is refused."""

    slug = "nothing"
    title = "Nothing"

    def happen(self, environment: Stage) -> None:
        """Let the copy live."""


@pytest.mark.django_db(transaction=True)
class TestPlay:
    def test_a_scenario_that_breaks_says_so_in_its_cell(self) -> None:
        report = run_scenario("session-db", Alarm)
        assert report.thief is None
        assert not report.matches
        assert report.error == "the bell with the token … broke"
        assert report.transcript[0].title == "Device A fetches a CSRF token"
        assert not User.objects.exists()

    def test_a_strategy_that_cannot_start_leaves_no_user_behind(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse_to_start(self: Strategy, realm: object) -> None:
            raise RuntimeError("no way")

        monkeypatch.setattr(strategies["opaque"], "__init__", refuse_to_start)
        assert run_scenario("opaque", "log-out").error == "no way"
        assert not User.objects.exists()

    def test_a_strategy_that_cannot_declare_breaks_in_its_own_cell(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(strategies["opaque"], "expects", None)
        reports = run_scenarios([("opaque", "log-out"), ("session-db", "log-out")])
        errors = {report.strategy: report.error for report in reports}
        assert "NoneType" in (errors["opaque"] or "")
        assert errors["session-db"] is None

    def test_a_measured_outcome_that_nobody_declared_does_not_match(self) -> None:
        report = run_scenario("session-db", Nothing)
        assert report.thief is Outcome.ACCEPTED
        assert report.expected == Expected(Outcome.REFUSED)
        assert not report.matches

    def test_collateral_that_nobody_declared_does_not_match(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(strategies["jwt-version"], "expects", {})
        report = run_scenario("jwt-version", "log-out")
        assert report.thief is report.expected.thief is Outcome.REFUSED
        assert report.other == "collateral"
        assert not report.matches

    def test_a_login_that_does_not_work_at_all_is_an_error(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nobody = Refused("look", "nobody", "Nobody is let in")
        monkeypatch.setattr(strategies["opaque"], "check", lambda *_: nobody)
        report = run_scenario("opaque", "log-out")
        assert report.error == "Refused before anything happened: Nobody is let in"

    def test_it_neither_sees_nor_ends_the_logins_of_others(self, alice: User) -> None:
        login = login_begin(alice, strategy="session-joined")
        before = Login.objects.values().get()
        for event in events:
            if not event.ages:
                run_scenario("jwt-blacklist-joined", event)
        assert Login.objects.values().get() == before
        assert User.objects.get() == login.user

    def test_rotating_a_key_leaves_the_running_server_alone(self, settings: Settings) -> None:
        before = (settings.SECRET_KEY, site_realm(), lab_realm())
        run_scenario("session-db", "key-rotated")
        run_scenario("jwt-user", "key-rotated")
        assert (settings.SECRET_KEY, site_realm(), lab_realm()) == before

    def test_tracing_may_be_off(self, settings: Settings) -> None:
        settings.TRACING = False
        report = run_scenario("session-db", "log-out")
        assert report.error is None
        assert report.sql_per_request == 2

    def test_it_works_in_production_with_secure_cookies(self, settings: Settings) -> None:
        settings.DEMO = False
        settings.ALLOWED_HOSTS = ["www.example.org"]
        settings.SECURE_SSL_REDIRECT = True
        settings.CSRF_COOKIE_SECURE = True
        for slug in ("session-db", "session-joined", "jwt-user"):
            report = run_scenario(slug, "log-out")
            assert report.error is None
            assert report.matches

    def test_the_user_belongs_to_the_visitor_who_plays(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        visitor, seen = uuid.uuid4(), []

        def look(self: Nothing, environment: Environment) -> None:
            seen.append(environment.user.visitor)

        monkeypatch.setattr(Nothing, "happen", look)
        run_scenario("opaque", Nothing, visitor=visitor)
        assert seen == [visitor]

    def test_two_visitors_at_once_do_not_disturb_each_other(self) -> None:
        pairs = [(slug, event) for slug in ("session-db", "jwt-version") for event in EVENTS]
        reports = list(run_scenarios(pairs * 2, workers=4))
        assert len(reports) == 2 * len(pairs)
        assert all(report.matches for report in reports)

    def test_who_stops_it_does_not_wait_for_the_rest(self) -> None:
        pairs = [(slug, event) for slug in ("session-db", "jwt-user") for event in events]
        with closing(run_scenarios(pairs, workers=2)) as reports:
            assert len(list(islice(reports, 3))) == 3
        assert not [thread for thread in threads() if thread.name == "scenario"]
        assert not User.objects.exists()


EVENTS = ["log-out-everywhere", "key-rotated"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("slug", ["jwt-rotating", "jwt-blacklist-joined"])
class TestLostResponse:
    @pytest.mark.parametrize("variant", VARIANTS[:3], ids=lambda variant: variant.title)
    def test_a_lost_answer_does_no_harm(self, slug: str, variant: Variant) -> None:
        lost = run_lost_response(slug, variant)
        assert lost.error is None
        assert (lost.goes_on, lost.thief_in, lost.end_reason) == (True, None, "")

    def test_a_thief_who_was_first_is_noticed(self, slug: str) -> None:
        noticed = run_lost_response(slug, VARIANTS[3])
        assert noticed.error is None
        assert (noticed.goes_on, noticed.thief_in) == (False, False)
        assert noticed.end_reason == "refresh token replayed"
        assert json.dumps(noticed.as_dict())
        assert not User.objects.exists()
        assert not BlacklistedToken.objects.exists()

    def test_a_thief_within_the_grace_is_its_price(self, slug: str) -> None:
        price = run_lost_response(slug, VARIANTS[4])
        assert price.error is None
        assert (price.goes_on, price.thief_in, price.end_reason) == (True, True, "")

    def test_what_breaks_is_told(self, slug: str) -> None:
        def breaks(environment: Environment) -> Ending:
            raise ScenarioError("a reason")

        assert run_lost_response(slug, Variant("", "", breaks)).error == "a reason"


class _Pruner:
    """Deletes the throwaway users before a step of some plays, as often as it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, step: str, times: int) -> None:
        self.times = times
        original = getattr(Client, step)

        def pruned_then(*args: Any, **options: Any) -> Answer:
            if self.times:
                self.times -= 1
                User.objects.filter(visitor__isnull=False).delete()
            answer: Answer = original(*args, **options)
            return answer

        monkeypatch.setattr(Client, step, pruned_then)


@pytest.mark.django_db(transaction=True)
class TestDeletedUser:
    """A throwaway user that is deleted meanwhile is no strategy's doing."""

    def test_its_scenario_is_played_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _Pruner(monkeypatch, "log_out", 1)
        report = run_scenario("jwt-blacklist", "log-out")
        assert report.error is None
        assert report.matches, report.difference

    def test_it_is_never_a_strategys_verdict(self, monkeypatch: pytest.MonkeyPatch) -> None:
        _Pruner(monkeypatch, "log_out", 2)
        report = run_scenario("jwt-user", "log-out")
        assert report.thief is None
        assert report.error is not None
        assert "The throwaway user was deleted" in report.error

    def test_its_lost_answer_is_played_again_and_says_so(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _Pruner(monkeypatch, "refresh", 1)
        played = [run_lost_response("jwt-rotating", variant) for variant in VARIANTS[:2]]
        assert [lost.started_again for lost in played] == [True, False]
        assert [(lost.goes_on, lost.error) for lost in played] == [(True, None)] * 2
        assert [lost.transcript[0].title for lost in played] == ["Device A logs in"] * 2

    def test_its_lost_answer_is_not_played_a_third_time(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _Pruner(monkeypatch, "refresh", 99)
        lost = run_lost_response("jwt-rotating", VARIANTS[0])
        assert "The throwaway user was deleted" in (lost.error or "")
        assert not lost.goes_on
