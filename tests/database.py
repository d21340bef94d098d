"""A pytest plugin: one run of the tests, one database (``--database sqlite|postgres``).

Loaded by ``-p`` in pyproject.toml, because Django reads the database's URL before any conftest.
"""

import os
import sys

import pytest

from accounts.services._base import ServiceError
from accounts.services.postgres import Postgres

DATABASES = ("sqlite", "postgres")
# pytest-django's fixtures that open a database; every other one of ours asks for one of them.
FIXTURES = {"db", "transactional_db", "django_db_setup"}
# The tests decide on these themselves, whatever the shell that starts them has set.
FOREIGN = (
    *("ALLOWED_HOSTS", "CACHE_URL", "JWT_SIGNING_KEY", "SECRET_KEY_FALLBACKS"),
    *("STATIC_ROOT", "TRACING", "TRUSTED_PROXIES"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --database."""
    parser.addoption(
        "--database",
        choices=DATABASES,
        default="sqlite",
        help="the database to run the tests on; postgres starts a private, empty one",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Set the environment that Django's settings will read; xdist's workers inherit it."""
    options = early_config.known_args_namespace
    if "PYTEST_XDIST_WORKER" in os.environ or options.help or options.version:
        return
    for name in FOREIGN:
        os.environ.pop(name, None)
    _keep_bytecode()
    os.environ |= {"DEMO": "1", "SECRET_KEY": "k" * 64, "DATABASE_URL": "sqlite:///unused.sqlite3"}
    # Playwright keeps an event loop in the tests' own thread, where Django would refuse queries.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    if options.database == "postgres":
        os.environ["DATABASE_URL"] = _start_postgres(early_config)


def _keep_bytecode() -> None:
    """Compile each module once, whatever the shell has set: the tests start hundreds of programs.

    Without, each of them compiles Django again and takes five times as long to start.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def _start_postgres(config: pytest.Config) -> str:
    server = Postgres()
    config.add_cleanup(server.stop)
    try:
        return server.start()
    except ServiceError as error:
        raise pytest.UsageError(str(error)) from None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs into the run on the other database."""
    database = config.getoption("database")
    others = {item for item in items if database not in _databases(item)}
    config.hook.pytest_deselected(items=[*others])
    items[:] = [item for item in items if item not in others]


def _databases(item: pytest.Item) -> tuple[str, ...]:
    """The databases that a test runs on: those of its marker, or both, or SQLite for once.

    What asks for no database cannot tell one from the other: pytest-django lets it send no
    statement. A page looks the same on both, and the API behind it is tested on both: what a page
    itself asks or writes says by its marker that it runs on both.
    """
    if mark := item.get_closest_marker("database"):
        return mark.args
    if _asks_for_a_database(item) and not _is_of_a_page(item):
        return DATABASES
    return ("sqlite",)


def _asks_for_a_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & FIXTURES)


def _is_of_a_page(item: pytest.Item) -> bool:
    return item.nodeid.startswith(("tests/browser/", "tests/pages/"))


def pytest_report_header(config: pytest.Config) -> str:
    """Say which database this run is about."""
    return f"database: {config.getoption('database')}"


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI everything can run, so a skipped test is one that silently does not."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter and reporter.stats.get("skipped"):
        reporter.write_line("")
        reporter.write_line("Skipped tests are failures in CI.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
