"""Adding a strategy is adding a file: everything else finds it."""

import sys
import uuid
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.test import Client

from accounts import strategies as strategies_package
from accounts.lab import events as events_package
from accounts.lab.events import events
from accounts.lab.instances import close_strategies
from accounts.lab.scenario import all_pairs, run_scenario
from accounts.lab.users import create_lab_user
from accounts.registry import Duplicate, Registry
from accounts.strategies import Outcome, Strategy, strategies
from tests.clients import LabDevice

pytestmark = pytest.mark.django_db

STRATEGY = '''
"""A strategy that a newcomer has just written."""

from accounts.models import EndReason, Login
from accounts.strategies._base import Accepted, Credential, Family, Refused, Strategy


class InvisibleInk(Strategy):
    """The login's own id, written in lemon juice."""

    slug = "invisible-ink"
    title = "Invisible ink"
    subtitle = "hold it over a candle"
    family = Family.OPAQUE
    checks = "A login has this id and has not ended"

    def issue(self, login):
        return Credential(login.id.hex, login.expires)

    def check(self, credential):
        login = Login.objects.live().filter(id=credential).select_related("user").first()
        if login is None:
            return Refused("read", "unreadable", "Nothing is written here")
        return Accepted(login.user, login.user.role, login.id)

    def revoke(self, login, credential=""):
        Login.objects.filter(pk=login.pk).end(EndReason.LOGGED_OUT)
'''
EVENT = '''
"""An event that a newcomer has just written."""

from accounts.lab.events._base import Event


class CandleLit(Event):
    """Somebody lights a candle, and device A logs out by its light."""

    slug = "candle-lit"
    title = "Candle lit"

    def happen(self, environment):
        environment.a.log_out()
'''


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One more file in each of the two packages."""
    packages: list[tuple[ModuleType, Registry[Any], str]] = [
        (strategies_package, strategies, STRATEGY),
        (events_package, events, EVENT),
    ]
    names = []
    for package, registry, source in packages:
        folder = tmp_path / package.__name__
        folder.mkdir()
        (folder / "just_written.py").write_text(source)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
        names.append(f"{package.__name__}.just_written")
        registry.forget()
    yield
    monkeypatch.undo()
    for name in names:
        sys.modules.pop(name, None)
    for _, registry, _ in packages:
        registry.forget()
    close_strategies()


@pytest.mark.usefixtures("added")
class TestAddedFile:
    def test_the_registry_has_it(self) -> None:
        assert "invisible-ink" in strategies
        assert strategies["invisible-ink"].title == "Invisible ink"
        assert "candle-lit" in events

    @pytest.mark.django_db(transaction=True)
    def test_the_matrix_plays_it(self) -> None:
        played = {(strategy.slug, event.slug) for strategy, event in all_pairs()}
        assert ("invisible-ink", "log-out") in played
        assert ("session-db", "candle-lit") in played
        report = run_scenario("invisible-ink", "candle-lit")
        assert report.error is None
        assert report.thief is Outcome.REFUSED
        assert report.matches

    def test_the_api_speaks_it(self) -> None:
        device = LabDevice(strategies["invisible-ink"]).logged_in(create_lab_user(uuid.uuid4()))
        assert device.me()["status"] == 200
        assert device.log_out()["status"] == 200
        assert device.me()["verdict"]["reason"] == "Nothing is written here"

    def test_the_pages_lead_to_it(self) -> None:
        page = Client().get("/lab/").content.decode()
        assert "Invisible ink" in page
        assert "Candle lit" in page
        for address in ("/lab/invisible-ink/", "/lab/events/candle-lit/"):
            assert f'href="{address}"' in page
            assert Client().get(address).status_code == 200

    def test_it_can_be_compared(self) -> None:
        assert "invisible-ink" in Client().get("/").content.decode()


def test_the_file_is_gone_after_that() -> None:
    assert "invisible-ink" not in strategies
    assert Client().get("/api/lab/invisible-ink/me/").status_code == 404


def test_two_strategies_of_one_slug_are_refused_loudly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "twin.py").write_text(STRATEGY.replace("invisible-ink", "opaque"))
    path = [*strategies_package.__path__, str(tmp_path)]
    monkeypatch.setattr(strategies_package, "__path__", path)
    registry = Registry("accounts.strategies", Strategy)  # type: ignore[type-abstract]
    with pytest.raises(Duplicate, match="opaque"):
        list(registry)
    sys.modules.pop("accounts.strategies.twin", None)


def test_what_begins_with_an_underscore_is_no_strategy() -> None:
    import_module("accounts.strategies._django")
    assert all(not cls.__module__.split(".")[-1].startswith("_") for cls in strategies)
