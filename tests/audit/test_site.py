"""The site audits itself: what the audit sees over the network is what the lab says of its ways."""

import sys
from collections.abc import Iterator

import msgspec
import pytest
from django.conf import settings

from accounts.audit.device import Server
from accounts.audit.limits import Limited
from accounts.audit.masking import Masks
from accounts.audit.player import Cell, play
from accounts.audit.profile import Hooks, profile_load
from accounts.lab.events import events
from accounts.lab.scenario import expected
from accounts.services.gunicorn import Gunicorn
from accounts.services.manage import manage
from accounts.strategies import Expected, strategies

SETTINGS = '''"""The site's own settings; nobody waits for a grace."""
from datetime import timedelta

from authdemo.settings import *

REFRESH_GRACE = timedelta(0)
'''
# In a process of its own that needs no Django: {change} is an assignment of SQL.
STAFF = (
    "import sqlite3; db = sqlite3.connect({file!r}, timeout=20); "
    "db.execute('UPDATE accounts_user SET {change} WHERE username = ?', ('{{username}}',)); "
    "db.commit()"
)
EVENTS = [
    "log-out",
    "log-out-everywhere",
    "password-change",
    "refresh-replayed",
    "role-removed",
    "account-disabled",
]
CARRIED = {"site-session": "session-joined", "site-token": "jwt-blacklist-joined"}

pytestmark = pytest.mark.database("sqlite")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """That of a site with a database and settings of its own."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "audited_settings.py").write_text(SETTINGS)
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(folder),
        "DJANGO_SETTINGS_MODULE": "audited_settings",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "SECRET_KEY": "an audited site has a secret that nobody has published, 0123456789",
        "STATIC_ROOT": str(settings.STATIC_ROOT),
        "DEMO": "1",
    }


@pytest.fixture(scope="module")
def site(environment: dict[str, str]) -> Iterator[str]:
    """Its address."""
    assert manage("migrate", "--verbosity=0", environment=environment) == 0
    with Gunicorn(environment=environment) as server:
        yield server.address


def hook(environment: dict[str, str], change: str) -> list[str]:
    """What staff does."""
    file = environment["DATABASE_URL"].removeprefix("sqlite:///")
    return [sys.executable, "-c", STAFF.format(file=file, change=change)]


@pytest.mark.parametrize("name", CARRIED)
def test_each_cell_is_what_the_lab_says(name: str, site: str, environment: dict[str, str]) -> None:
    hooks = Hooks(
        disable_account=hook(environment, "is_active = 0"),
        take_role_away=hook(environment, "role = upper(role)"),
    )
    profile = msgspec.structs.replace(profile_load(name), hooks=hooks)
    if profile.refresh:
        profile = msgspec.structs.replace(
            profile, refresh=msgspec.structs.replace(profile.refresh, grace=0.0)
        )
    with Limited(is_local=True, timeout=30) as limited:
        server = Server(site, profile, limited, Masks())
        cells: dict[str, Cell] = {
            cell.event: cell for cell in play(server, [events[slug] for slug in EVENTS])
        }
    assert {slug: cell.error for slug, cell in cells.items() if cell.error} == {}
    strategy = strategies[CARRIED[name]]
    for slug, cell in cells.items():
        declared = expected(strategy, events[slug])
        assert Expected(cell.thief, cell.other) == declared, slug  # type: ignore[arg-type]
