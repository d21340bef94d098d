"""Fixtures for all tests: the database, the cast, a live server."""

import gc
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache as site_cache
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test.testcases import LiveServerThread, TransactionTestCase
from django.test.utils import override_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile
from xdist.remote import Producer

from accounts.bench import runs as benchruns
from accounts.claims import _play as claims_play
from accounts.cluster.control import Control, find
from accounts.demo.static_files import static_files_collect, static_files_state
from accounts.models import User
from accounts.models.hashers import SiteHasher
from accounts.services._cluster import Cluster
from accounts.services.valkey import Valkey
from tests.cast import PASSWORD
from tests.cluster.command import Started, started
from tests.contract import Contract
from tests.processes import sharing
from tests.scheduling import Scheduling

# How many examples a property is tried with: fully on one database, shortly on the other one.
# Nothing depends on how fast the machine is.
EXAMPLES = {"sqlite": 100, "postgres": 20}
# What a migration has written, and no test changes.
MIGRATED = {"auth_permission", "django_content_type"}
# Each test of these takes seconds, and belongs to no group: groups begin anyway.
LONG = (
    *("tests/test_recipes.py", "tests/test_state_machine.py", "tests/test_chromium.py"),
    *("tests/api/test_schema.py", "tests/api_clients/", "tests/demo/test_demo.py"),
    *("tests/browser/test_lesson_rooms.py", "tests/browser/test_lab.py"),
)
# What plugins prepare for every test, for marks and for classes that no test here has: it takes
# longer than a small test itself.
NEEDLESS = {
    *("_dj_autoclear_mailbox", "_django_clear_site_cache", "_django_isolate_apps"),
    *("_django_set_urlconf", "_django_setup_unittest", "_fail_for_invalid_template_variable"),
    *("_live_server_helper", "_pw_trace_api_requests", "_template_string_if_invalid_marker"),
    "delete_output_dir",
}
KILLS = "tests/cluster/test_command.py::test_killed"  # the cluster that all of its group ask
NOT_CHECKED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


def pytest_configure(config: pytest.Config) -> None:
    """Choose Hypothesis' profile, before a module of tests reads it."""
    for name, examples in EXAMPLES.items():
        hypothesis_settings.register_profile(
            name, max_examples=examples, deadline=None, suppress_health_check=NOT_CHECKED
        )
    hypothesis_settings.load_profile(config.getoption("database"))


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Take from the plugins what is needless, before a test is collected."""
    gc.disable()
    for names in session._fixturemanager._node_autousenames.values():
        names[:] = [name for name in names if name not in NEEDLESS]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes seconds: as the last one it would leave a core without work."""
    items.sort(key=lambda item: (not item.nodeid.startswith(LONG), item.nodeid.startswith(KILLS)))


def pytest_xdist_auto_num_workers() -> int | None:
    """More than there are cores: a third of its time a test waits, for a browser or a program."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # xdist reads it
    return math.ceil(1.5 * len(os.sched_getaffinity(0)))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Share out the tests by groups, as ``--dist loadgroup`` asks for."""
    return Scheduling(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_collection_finish() -> None:
    """Let Python look for no garbage among thousands of tests, which stay: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keep SQLite in a file of this process: a live server's threads share no memory database.

    It does not wait for the disk, as the tests' PostgreSQL does not either.
    """
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        name = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        database.setdefault("TEST", {})["NAME"] = name
        database["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"


@pytest.fixture(scope="session")
def valkey() -> Iterator[str]:
    """The address of a private Valkey, which this process starts once."""
    with Valkey() as server:
        yield server.address


@pytest.fixture
def shared_cache(valkey: str) -> Iterator[None]:
    """A cache that all server processes share, as where CACHE_URL names one."""
    with sharing(valkey):
        yield


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Drop no database at the end: its folder or its whole server is thrown away."""
    return True


@pytest.fixture(autouse=True, scope="session")
def in_all_tests(
    contract: Contract, collected_static_files: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """All that is patched once. It is one fixture, because each costs time in every test."""
    with pytest.MonkeyPatch.context() as patch:
        _delete_rows_alone(patch)
        _hash_cheaply(patch)
        _start_nothing_by_accident(patch)
        _read_static_files_once(patch)
        _make_postgres_once(patch, tmp_path_factory.mktemp("postgres") / "made")
        _check_every_answer(patch, contract)
        yield


@pytest.fixture(autouse=True)
def in_this_test(contract: Contract) -> Iterator[None]:
    """Begin with an empty cache, which no transaction takes back, and without a flaw."""
    site_cache.clear()
    contract.flaws.clear()
    yield
    assert contract.flaws == []


def _check_every_answer(patch: pytest.MonkeyPatch, contract: Contract) -> None:
    """Hold each answer of the API, in process or live, against its document."""
    respond = BaseHandler.get_response

    def checked(self: BaseHandler, request: HttpRequest) -> HttpResponseBase:
        answer = respond(self, request)
        contract.check(request, answer)
        return answer

    patch.setattr(BaseHandler, "get_response", checked)


def _delete_rows_alone(patch: pytest.MonkeyPatch) -> None:
    """Clean up after a test without a transaction by deleting its rows.

    Django's own way truncates each table and makes its permissions and content types anew.
    """
    patch.setattr(TransactionTestCase, "_fixture_teardown", _delete_rows)
    # Its connection is good for the next test, unless this one has broken it.
    patch.setattr(TransactionTestCase, "_should_reload_connections", _is_broken)


def _is_broken(test: TransactionTestCase) -> bool:
    return connection.connection is not None and not connection.is_usable()


def _delete_rows(test: TransactionTestCase) -> None:
    # In one transaction, at whose end foreign keys are checked: the order does not matter.
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(f'DELETE FROM "{table}"')  # noqa: S608 - no name from outside


@cache
def _tables() -> list[str]:
    """All that a test may have filled. A table that a test makes, it takes away itself."""
    return sorted({*connection.introspection.django_table_names(only_existing=True)} - MIGRATED)


def _hash_cheaply(patch: pytest.MonkeyPatch) -> None:
    """Hash with argon2id at its cheapest. The algorithm and every step around it stay the same."""
    patch.setattr(SiteHasher, "time_cost", 1)
    patch.setattr(SiteHasher, "memory_cost", 64)
    patch.setattr(SiteHasher, "parallelism", 1)


def _start_nothing_by_accident(patch: pytest.MonkeyPatch) -> None:
    """Neither a benchmark nor an experiment: each keeps a core busy. A test brings its command."""
    for runs in (benchruns, claims_play):
        patch.setattr(runs, "COMMAND", [sys.executable, "-c", ""])


def _read_static_files_once(patch: pytest.MonkeyPatch) -> None:
    """Let whitenoise read the folder once per process, not for every client that a test makes."""
    read = WhiteNoise.update_files_dictionary
    known: dict[tuple[str, str], dict[str, StaticFile]] = {}

    def update(self: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in known:
            read(self, root, prefix)  # type: ignore[no-untyped-call]
            known[root, prefix] = dict(self.files)
        self.files.update(known[root, prefix])

    patch.setattr(WhiteNoise, "update_files_dictionary", update)


def _make_postgres_once(patch: pytest.MonkeyPatch, made: Path) -> None:
    """Let initdb work once per process: it takes longer than all else that a PostgreSQL starts."""
    run = Cluster._run

    def run_once(self: Cluster, command: list[str], folder: Path) -> None:
        if not command[0].endswith("initdb"):
            run(self, command, folder)
        elif made.exists():
            subprocess.run(["cp", "-a", f"{made}/.", folder], check=True)
        else:
            run(self, command, folder)
            subprocess.run(["cp", "-a", folder, made], check=True)

    patch.setattr(Cluster, "_run", run_once)


@pytest.fixture(scope="session")
def collected_static_files(pytestconfig: pytest.Config) -> Iterator[None]:
    """Static files as the site serves them, with hashed names; kept until one of them changes."""
    cache = pytestconfig.cache
    assert cache is not None
    root = cache.mkdir("static") / static_files_state()
    if not root.exists():
        _collect_static_files(root)
    with override_settings(STATIC_ROOT=root):
        yield


def _collect_static_files(root: Path) -> None:
    """Fill a folder beside ``root`` and rename it: another process may be doing the same."""
    with TemporaryDirectory(dir=root.parent) as temporary:
        with override_settings(STATIC_ROOT=Path(temporary, "static")):
            static_files_collect()
        with suppress(OSError):  # the other process was first
            Path(temporary, "static").rename(root)
    for old in sorted(root.parent.iterdir(), key=lambda path: path.stat().st_mtime)[:-3]:
        shutil.rmtree(old, ignore_errors=True)


@pytest.fixture(scope="session")
def started_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """The one of all tests, which the last of them kills.

    Who asks for it is in xdist's group "cluster", so that one process starts it.
    """
    with started(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def cluster(started_cluster: Started) -> Control:
    """Three processes, a replica, a cache and the rest, for real."""
    control = find(started_cluster.folder)
    assert control
    return control


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The OpenAPI document."""
    return Contract()


def user_named(name: str) -> User:
    """A member of the cast, with the password that they all have."""
    user = get_user_model().objects.create_user(name, password=PASSWORD)
    assert isinstance(user, User)
    return user


@pytest.fixture
def alice(db: None) -> User:
    return user_named("alice")


@pytest.fixture
def bob(db: None) -> User:
    return user_named("bob")


@dataclass(frozen=True)
class Live:
    """A server that listens."""

    url: str


def _as_it_is(application: WSGIHandler) -> WSGIHandler:
    """Serve static files like the site, by whitenoise, instead of with Django's test handler."""
    return application


@pytest.fixture(scope="session")
def live_thread(django_db_setup: None, collected_static_files: None) -> Iterator[LiveServerThread]:
    """The site's WSGI application behind a threaded server on a free port of 127.0.0.1."""
    thread = LiveServerThread("127.0.0.1", static_handler=_as_it_is)  # type: ignore[arg-type]
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield thread
    thread.terminate()


@pytest.fixture
def live(live_thread: LiveServerThread, transactional_db: None) -> Live:
    """The live server, with a database whose changes it sees."""
    return Live(f"http://{live_thread.host}:{live_thread.port}")
