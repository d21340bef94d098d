"""The site audits itself: what the audit sees over the network is what the lab says of its ways."""

import sys
from concurrent.futures import ThreadPoolExecutor
from secrets import token_urlsafe
from threading import Barrier

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
PASSWORD_HASHERS = ["audited_hasher.Cheap", *PASSWORD_HASHERS]
'''
# Eight events are played with three passwords each, which is not what is asked.
HASHER = """
from accounts.models.hashers import SiteHasher


class Cheap(SiteHasher):
    time_cost, memory_cost, parallelism = 1, 64, 1
"""
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
    "key-rotated-overlap",
    "key-rotated",
]
PATIENCE = 300  # seconds, on a busy machine
CARRIED = {"site-session": "session-joined", "site-token": "jwt-blacklist-joined"}

pytestmark = [
    pytest.mark.database("sqlite"),
    pytest.mark.xdist_group("audited site"),  # it is played once, in one process
]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """That of a site with a database and settings of its own."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "audited_settings.py").write_text(SETTINGS)
    (folder / "audited_hasher.py").write_text(HASHER)
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(folder),
        "DJANGO_SETTINGS_MODULE": "audited_settings",
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "SECRET_KEY": "an audited site has a secret that nobody has published 0123456789",
        "STATIC_ROOT": str(settings.STATIC_ROOT),
        "DEMO": "1",
    }


def hook(environment: dict[str, str], change: str) -> list[str]:
    """What staff does."""
    file = environment["DATABASE_URL"].removeprefix("sqlite:///")
    return [sys.executable, "-c", STAFF.format(file=file, change=change)]


def played(
    name: str, address: str, environment: dict[str, str], meeting: Barrier
) -> dict[str, Cell]:
    """What a profile finds. Where a secret is rotated, both profiles meet, and go on after it."""
    hooks = Hooks(
        disable_account=hook(environment, "is_active = 0"),
        take_role_away=hook(environment, "role = upper(role)"),
    )
    profile = msgspec.structs.replace(profile_load(name), hooks=hooks)
    if profile.refresh:
        profile = msgspec.structs.replace(
            profile, refresh=msgspec.structs.replace(profile.refresh, grace=0.0)
        )

    def rotate(_: str) -> None:
        meeting.wait()
        meeting.wait()

    staff = {"rotate_key_overlap": rotate, "rotate_key": rotate}
    with Limited(is_local=True, timeout=30) as limited:
        server = Server(address, profile, limited, Masks(), staff)
        return {cell.event: cell for cell in play(server, [events[slug] for slug in EVENTS])}


def start_again(server: Gunicorn, *, overlap: bool) -> None:
    """As whoever runs it does: its environment has a new secret, and perhaps the former one."""
    environment = server._environment
    environment["SECRET_KEY_FALLBACKS"] = environment["SECRET_KEY"] if overlap else ""
    environment["SECRET_KEY"] = token_urlsafe(50)
    server.stop()
    server.start()


@pytest.fixture(scope="module")
def cells(environment: dict[str, str]) -> dict[str, dict[str, Cell]]:
    """By the profile, side by side: the site starts again for both at once."""
    assert manage("migrate", "--verbosity=0", environment=environment) == 0
    meeting = Barrier(1 + len(CARRIED), timeout=PATIENCE)
    with Gunicorn(environment=environment) as server, ThreadPoolExecutor() as pool:
        found = {
            name: pool.submit(played, name, server.address, environment, meeting)
            for name in CARRIED
        }
        for overlap in (True, False):
            meeting.wait()
            start_again(server, overlap=overlap)
            meeting.wait()
        return {name: future.result() for name, future in found.items()}


@pytest.mark.parametrize("name", CARRIED)
def test_each_cell_is_what_the_lab_says(name: str, cells: dict[str, dict[str, Cell]]) -> None:
    found = cells[name]
    assert {slug: cell.error for slug, cell in found.items() if cell.error} == {}
    strategy = strategies[CARRIED[name]]
    for slug, cell in found.items():
        declared = expected(strategy, events[slug])
        assert Expected(cell.thief, cell.other) == declared, slug  # type: ignore[arg-type]
