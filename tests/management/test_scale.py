"""``manage.py scale``."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.cluster import scale
from accounts.cluster import scale_check as module
from accounts.cluster.scale import System
from accounts.cluster.scale_check import SIZES, Size, recorded


@pytest.fixture(autouse=True)
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One size that is played at once, and a file of its own."""
    club = Size("club", "A club", System(20, 10, 1, 900, 86_400, 2, 1, 80))
    monkeypatch.setattr("accounts.management.commands.scale.SIZES", {"club": club})
    monkeypatch.setitem(SIZES, "club", club)
    monkeypatch.setattr(module, "FILE", tmp_path / "results" / "simulation.json")
    module.check.cache_clear()
    recorded.cache_clear()
    yield
    module.check.cache_clear()
    recorded.cache_clear()


def test_it_prints_what_was_computed_and_counted_and_ships_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("scale", "--seed", "4", "--ship")
    printed = capsys.readouterr().out
    assert "Rows of logins that go on" in printed
    assert "seed 4. ✓ Chance explains every difference." in printed
    assert [(one.size.slug, one.seed) for one in recorded().checks] == [("club", 4)]


def test_it_fails_where_the_arithmetic_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "kept", lambda *_: 1.0)
    with pytest.raises(CommandError, match="does not hold: A club"):
        call_command("scale", "--ship")
    assert not module.FILE.exists()
