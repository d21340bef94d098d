"""``manage.py prune``: what has expired goes, in batches, and nothing else."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session as DjangoSession
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from model_bakery import baker
from pytest_django.fixtures import Settings

from accounts.lab.users import UnknownLabUser, begin_login, create_lab_user, sign_in
from accounts.models import (
    BlacklistedToken,
    ClaimRun,
    EndReason,
    Login,
    Room,
    Run,
    Session,
    User,
    Vote,
    login_begin,
    pruning,
    room_open,
)
from accounts.models.pruning import BATCH, Prunable, _delete, prunables, prune, prune_a_little
from accounts.models.throttle import ThrottleCount
from accounts.strategies import Refused
from accounts.strategies.jwt_blacklist_joined import JwtBlacklistJoined
from accounts.strategies.session_joined import SessionJoined
from accounts.tokens.realm import site_realm
from tests.devices import Device

pytestmark = pytest.mark.django_db

LEEWAY = timedelta(seconds=5)
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
DEAD, HARDLY, LIVE = LEEWAY + timedelta(seconds=1), LEEWAY - timedelta(seconds=1), -LEEWAY


def pruned(**options: Any) -> dict[str, int]:
    """Run the command; what it printed, by what it was about."""
    out = StringIO()
    call_command("prune", stdout=out, **options)
    words = [line.split() for line in out.getvalue().splitlines()]
    verb = 3 if options.get("dry_run") else 1
    return {" ".join(line[1:-verb]): int(line[0].replace(",", "")) for line in words}


def blacklisted(user: User, ago: timedelta) -> BlacklistedToken:
    return BlacklistedToken.objects.create(
        jti=uuid.uuid4(), user=user, expires_at=NOW - ago, reason=EndReason.LOGGED_OUT
    )


def session(ago: timedelta) -> Session:
    return Session.objects.create(digest=uuid.uuid4(), expires=NOW - ago)


def django_session(ago: timedelta) -> DjangoSession:
    return DjangoSession.objects.create(session_key=uuid.uuid4().hex, expire_date=NOW - ago)


def login(user: User, ago: timedelta) -> Login:
    """With its session, which goes with it."""
    begun = login_begin(user, strategy=SessionJoined.slug)
    SessionJoined(site_realm()).issue(begun)
    Login.objects.filter(pk=begun.pk).update(expires=NOW - ago)
    return begun


def lab_user(ago: timedelta) -> User:
    """With a login, which goes with it."""
    user = create_lab_user(uuid.uuid4()).user
    login_begin(user, strategy="opaque", lifetime=timedelta(hours=1))
    User.objects.filter(pk=user.pk).update(date_joined=NOW - timedelta(hours=1) - ago)
    return user


def run(ago: timedelta) -> Run:
    made: Run = baker.make(Run, created=NOW - timedelta(days=30) - ago)
    return made


@pytest.fixture(autouse=True)
def at_noon(settings: Settings) -> Any:
    settings.TOKEN_LEEWAY = LEEWAY
    settings.ENDED_LOGINS_KEPT = timedelta(0)
    with time_machine.travel(NOW, tick=False):
        yield


class TestWhatGoes:
    def test_only_what_expired_longer_ago_than_the_leeway(self, alice: User) -> None:
        kept: list[Any] = []
        for ago in (DEAD, HARDLY, LIVE):
            rows = [blacklisted(alice, ago), session(ago), django_session(ago), login(alice, ago)]
            rows.append(lab_user(ago))
            kept += rows if ago is not DEAD else []
        assert pruned() == {
            "blacklisted tokens": 1,
            "sessions": 1,
            "Django's sessions": 1,
            "logins": 1,
            "lab logins": 0,
            "lab users": 1,
            "throttle counts": 0,
            "lab runs": 0,
            "runs of claims": 0,
            "loot": 0,
            "seen proofs": 0,
            "attack plays": 0,
            "rooms of lessons": 0,
        }
        for row in kept:
            row.refresh_from_db()
        assert User.objects.filter(visitor=None).count() == 1
        assert pruned() == dict.fromkeys(pruned(), 0)

    def test_a_person_stays_however_old_the_account_is(self, alice: User) -> None:
        User.objects.filter(pk=alice.pk).update(date_joined=NOW - timedelta(days=4000))
        assert pruned()["lab users"] == 0
        assert User.objects.get() == alice

    def test_runs_go_when_their_links_have_expired(self, db: None) -> None:
        run(timedelta(minutes=1))
        kept = run(timedelta(minutes=-1))
        assert pruned()["lab runs"] == 1
        assert Run.objects.get() == kept

    def test_rooms_go_with_their_votes_when_their_day_is_over(self) -> None:
        for ago in (timedelta(minutes=1), timedelta(minutes=-1)):
            room = room_open(teacher=uuid.uuid4(), lesson="logged-out")
            Room.objects.filter(pk=room.pk).update(ends=NOW - ago)
            Vote.objects.create(room=room, pupil=uuid.uuid4(), step=0, round=1, answer=1)
        assert pruned()["rooms of lessons"] == 1
        assert Vote.objects.get().room == Room.objects.get() == room

    def test_so_do_runs_of_claims(self, settings: Settings) -> None:
        for minutes in (1, -1):
            ClaimRun.objects.create(
                visitor=uuid.uuid4(),
                claim="short-expiry",
                played={},
                created=NOW - settings.LAB_RUN_LIFETIME - timedelta(minutes=minutes),
            )
        assert pruned()["runs of claims"] == 1
        assert ClaimRun.objects.get().created > NOW - settings.LAB_RUN_LIFETIME

    def test_what_was_counted_in_a_window_goes_when_it_is_over(self) -> None:
        for key, ago in (("over", 1), ("open", -1)):
            ThrottleCount.objects.create(key=key, count=1, expires=int(NOW.timestamp()) - ago)
        assert pruned()["throttle counts"] == 1
        assert ThrottleCount.objects.get().key == "open"

    def test_what_belongs_to_a_login_or_a_lab_user_goes_with_it(self, alice: User) -> None:
        login(alice, DEAD)
        lab_user(DEAD)
        pruned()
        assert (Login.objects.count(), Session.objects.count()) == (0, 0)

    def test_a_lab_user_who_may_go_cannot_log_in_any_more(self, db: None) -> None:
        lab_user = create_lab_user(uuid.uuid4())
        assert sign_in(lab_user.user.username, lab_user.password) == lab_user.user
        with time_machine.travel(NOW + timedelta(hours=1), tick=False):
            with pytest.raises(UnknownLabUser):
                sign_in(lab_user.user.username, lab_user.password)
            assert pruned()["lab users"] == 0  # not before the leeway, too

    @pytest.mark.django_db(transaction=True)
    def test_a_lab_user_who_goes_while_logging_in_is_unknown(self) -> None:
        user = create_lab_user(uuid.uuid4()).user
        User.objects.filter(pk=user.pk).delete()
        with pytest.raises(UnknownLabUser):
            begin_login(user, SessionJoined(site_realm()))

    def test_a_login_stays_as_long_as_the_list_shows_it(
        self, alice: User, settings: Settings
    ) -> None:
        settings.ENDED_LOGINS_KEPT = timedelta(days=7)
        login(alice, timedelta(days=7, seconds=10))
        kept = login(alice, timedelta(days=7) - timedelta(seconds=10))
        assert pruned()["logins"] == 1
        assert Login.objects.get() == kept

    def test_a_blacklisted_token_stays_dead_while_the_leeway_would_accept_it(
        self, alice: User, settings: Settings
    ) -> None:
        settings.LOGIN_LIFETIME = timedelta(seconds=60)
        program = Device("jwt").log_in(alice)
        program.send("POST", "/api/token/blacklist/", {"refresh": program.refresh})
        for seconds in (59, 60, 64, 65, 66):
            with time_machine.travel(NOW + timedelta(seconds=seconds), tick=False):
                pruned()
                assert not program.is_in()

    def test_a_live_session_goes_on(self, alice: User) -> None:
        browser = Device("session").log_in(alice)
        pruned()
        assert browser.is_in()


class TestMaxima:
    """Of what strangers can make, the oldest beyond a maximum go before their time."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in vars(pruning):
            if name.startswith("MAX_"):
                monkeypatch.setattr(pruning, name, 2)

    def test_of_lab_users_and_their_logins(self, alice: User) -> None:
        _, *kept = [lab_user(-timedelta(minutes=minutes)) for minutes in (1, 2, 3)]
        login_begin(alice, strategy="opaque")
        pruned()
        assert set(User.objects.all()) == {alice, *kept}
        assert set(Login.objects.values_list("user", flat=True)) == {
            alice.pk,
            *(u.pk for u in kept),
        }

    def test_of_logins_of_one_lab_user_whereas_people_keep_theirs(self, alice: User) -> None:
        user = create_lab_user(uuid.uuid4()).user
        for minutes in range(4):
            for owner in (alice, user):
                with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
                    login_begin(owner, strategy="opaque")
        assert pruned()["lab logins"] == 2
        left = user.logins.order_by("created").values_list("created", flat=True)
        assert list(left) == [NOW + timedelta(minutes=2), NOW + timedelta(minutes=3)]
        assert alice.logins.count() == 4

    def test_of_djangos_sessions(self) -> None:
        sessions = [django_session(-timedelta(minutes=minutes)) for minutes in (1, 2, 3, 4)]
        assert pruned()["Django's sessions"] == 2
        assert set(DjangoSession.objects.all()) == set(sessions[2:])

    def test_of_runs_of_one_visitor_and_of_all_but_what_everybody_is_shown(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pruning, "MAX_LAB_RUNS", 3)
        monkeypatch.setattr(pruning, "MAX_LAB_RUNS_OF_CLIENT", 9)
        visitors = [uuid.UUID(int=number) for number in (1, 1, 1, 2, 2)]
        own = [
            baker.make(Run, visitor=visitor, created=NOW - timedelta(minutes=9 - minute))
            for minute, visitor in enumerate(visitors)
        ]
        shared = [baker.make(Run, created=NOW - timedelta(days=1)) for _ in range(4)]
        assert pruned()["lab runs"] == 2
        assert set(Run.objects.all()) == {*own[2:], *shared}

    def test_of_lab_runs_of_one_address_whoever_plays_there(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.kept_of_address(monkeypatch, Run, "MAX_LAB_RUNS") == {"lab runs": 2}

    def test_of_runs_of_claims_of_one_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        went = self.kept_of_address(monkeypatch, ClaimRun, "MAX_CLAIM_RUNS")
        assert went == {"runs of claims": 2}

    def kept_of_address(
        self, monkeypatch: pytest.MonkeyPatch, model: type[Any], most: str
    ) -> dict[str, int]:
        """What goes where another's run is the oldest, and one address has two too many."""
        monkeypatch.setattr(pruning, f"{most}_OF_CLIENT", 3)
        monkeypatch.setattr(pruning, most, 4)
        rows = [
            baker.make(
                model,
                visitor=uuid.uuid4(),
                client="theirs" if minute == 0 else "mine",
                created=NOW - timedelta(minutes=9 - minute),
            )
            for minute in range(6)
        ]
        went = {title: number for title, number in pruned().items() if number}
        assert set(model.objects.all()) == {rows[0], *rows[3:]}
        return went

    def test_of_throttle_counts_the_lowest_go(self) -> None:
        for key, count in (("full", 100), ("nearly", 90), ("once", 1), ("again", 1)):
            ThrottleCount.objects.create(key=key, count=count, expires=int(NOW.timestamp()) + 60)
        pruned()
        assert set(ThrottleCount.objects.values_list("key", flat=True)) == {"full", "nearly"}


class TestOneAddress:
    """What one address can make in the lab pushes out nothing of anybody else."""

    @pytest.mark.parametrize(
        ("scope", "most"),
        [("lab-users", pruning.MAX_LAB_USERS), ("lab-logins", pruning.MAX_LAB_LOGINS)],
    )
    def test_makes_fewer_users_and_logins_than_are_kept(self, scope: str, most: int) -> None:
        count, seconds = settings.LIMITS[scope]
        # An hour from the middle of a window ends in the next one: both may be used up.
        windows = settings.LAB_LIFETIME // timedelta(seconds=seconds) + 1
        assert windows * count < most

    def test_keeps_fewer_runs_than_are_kept(self) -> None:
        assert pruning.MAX_LAB_RUNS_OF_CLIENT < pruning.MAX_LAB_RUNS
        assert pruning.MAX_CLAIM_RUNS_OF_CLIENT < pruning.MAX_CLAIM_RUNS


class TestCommand:
    def test_a_dry_run_counts_and_deletes_nothing(self, alice: User) -> None:
        blacklisted(alice, DEAD)
        assert pruned(dry_run=True)["blacklisted tokens"] == 1
        assert BlacklistedToken.objects.count() == 1

    def test_a_quiet_one_tells_only_what_went(self, alice: User) -> None:
        assert pruned(verbosity=0) == {}
        blacklisted(alice, DEAD)
        assert pruned(verbosity=0) == {"blacklisted tokens": 1}

    def test_a_database_that_is_not_ready_is_one_line(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(BlacklistedToken._meta, "db_table", "nowhere")
        problem = pytest.raises(CommandError, match=r"^The database cannot be pruned: .*nowhere")
        with problem, transaction.atomic():  # PostgreSQL gives up the transaction that it fails in
            pruned()


class TestBatches:
    @pytest.fixture
    def many(self, alice: User) -> int:
        count = 2 * BATCH + 10
        BlacklistedToken.objects.bulk_create(
            BlacklistedToken(
                jti=uuid.uuid4(), user=alice, expires_at=NOW - DEAD, reason=EndReason.STAFF
            )
            for _ in range(count)
        )
        return count

    @pytest.fixture
    def what(self) -> Prunable:
        return prunables()[0]

    def test_no_statement_deletes_more_than_a_batch(self, what: Prunable, many: int) -> None:
        assert list(prune(what)) == [BATCH, BATCH, 10]

    def test_only_the_deleting_is_in_a_transaction(self, what: Prunable, many: int) -> None:
        with CaptureQueriesContext(connection) as queries:
            list(prune(what))
        verbs = [query["sql"].split()[0] for query in queries]
        assert verbs[0] == verbs[-1] == "SELECT"
        assert verbs.count("SAVEPOINT") == verbs.count("DELETE") == 3

    def test_what_lives_again_meanwhile_is_left(self, what: Prunable, many: int) -> None:
        pruning = prune(what)
        next(pruning)
        BlacklistedToken.objects.update(expires_at=NOW + timedelta(days=1))
        assert sum(pruning) == 0
        assert BlacklistedToken.objects.count() == many - BATCH

    def test_what_lives_again_between_finding_and_deleting_is_left(
        self, what: Prunable, many: int
    ) -> None:
        found = list(what.rows.values_list("pk", flat=True)[:BATCH])
        BlacklistedToken.objects.update(expires_at=NOW + timedelta(days=1))
        assert _delete(what.rows, found) == 0
        assert BlacklistedToken.objects.count() == many

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_share_the_work(self, what: Prunable, many: int) -> None:
        together = Barrier(2)

        def work(_: int) -> int:
            together.wait()
            try:
                return sum(prune(what))
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            deleted = list(pool.map(work, range(2)))
        assert sum(deleted) == many
        assert BlacklistedToken.objects.count() == 0


class TestALittle:
    """What the running site prunes at a time."""

    def test_a_part_of_a_table_that_has_no_index_for_it(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [tokens] = [what for what in prunables() if what.title == "blacklisted tokens"]
        monkeypatch.setattr(pruning, "prunables", lambda: [tokens])
        monkeypatch.setattr(pruning, "SAMPLE", 10)
        for _ in range(45):
            blacklisted(alice, DEAD)
        kept = blacklisted(alice, LIVE)
        assert 9 <= sum(prune_a_little()) <= 20  # the first ones too, where it came to the last
        for _ in range(200):
            sum(prune_a_little())
        assert list(BlacklistedToken.objects.all()) == [kept]

    def test_near_the_end_of_a_table_the_last_rows_and_the_first_ones(
        self, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [tokens] = [what for what in prunables() if what.title == "blacklisted tokens"]
        monkeypatch.setattr(pruning, "prunables", lambda: [tokens])
        monkeypatch.setattr(pruning, "SAMPLE", 10)
        keys = sorted(blacklisted(alice, DEAD).pk for _ in range(45))
        monkeypatch.setattr(uuid, "uuid4", lambda: keys[-3])
        assert sum(prune_a_little()) == 13
        assert [row.pk for row in BlacklistedToken.objects.order_by("pk")] == keys[10:-3]

    def test_all_of_a_table_that_is_no_larger(self, alice: User) -> None:
        for _ in range(5):
            blacklisted(alice, DEAD)
        assert sum(prune_a_little()) == 5


@pytest.mark.parametrize("strategy", [SessionJoined, JwtBlacklistJoined])
def test_a_credential_whose_login_was_pruned_is_refused(alice: User, strategy: Any) -> None:
    begun = login_begin(alice, strategy=strategy.slug)
    credential = strategy(site_realm()).issue(begun)
    Login.objects.filter(pk=begun.pk).update(expires=NOW - DEAD)
    pruned()
    assert isinstance(strategy(site_realm()).check(credential.value), Refused)
