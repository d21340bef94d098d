"""Each way that the answer can name works in a project that has nothing of this one."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.answer.facts import facts
from accounts.answer.ranking import System, reasons
from accounts.answer.reading import read
from accounts.answer.source import Extract, NameTwice
from accounts.answer.takeaway import NothingToTake, takeaway
from accounts.audit.device import Server
from accounts.audit.limits import Limited
from accounts.audit.masking import Masks
from accounts.audit.player import play, playable
from accounts.lab.events import events
from accounts.lab.scenario import expected
from accounts.strategies import Expected, strategies
from tests.answer.fresh_site import FreshSite

PLAYED = ("log-out", "password-change", "account-disabled", "role-removed")
KINDS = ("sqlite", "postgres")


def nameable() -> list[str]:
    """The ways that will do for some system."""
    measured = [found.measurements for kind in KINDS if (found := facts(kind))]
    return sorted(
        {
            candidate.slug
            for measurements in measured
            for candidate in measurements.candidates
            if not reasons(candidate, System(late_s=900))
        }
    )


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("slug", nameable())
def test_its_row_in_a_fresh_project_is_the_labs(slug: str, tmp_path: Path) -> None:
    with FreshSite(slug, tmp_path) as site, Limited(is_local=True, timeout=30) as limited:
        server = Server(site.address, site.profile, limited, Masks())
        cells = list(play(server, [event for event in playable() if not event.ages]))
    # Before it began to serve, it ran the commands that the visitor is told: the last is the tests.
    assert takeaway(slug).commands[-1] == "python manage.py test"
    is_ours = (tmp_path / "logins" / "api.py").exists()
    assert f"Ran {2 if is_ours else 1} test" in site.log
    assert "skipped" not in site.log
    assert ("Create model Login" in site.log) == is_ours
    assert "visitor" not in site.log
    assert "Create model BlacklistedToken" not in site.log or "blacklist" in slug
    assert {cell.event: cell.error for cell in cells if cell.error} == {}
    played = {cell.event: cell for cell in cells if server.gives(events[cell.event].needs)}
    assert {*PLAYED} <= {*played}
    for event, cell in played.items():
        declared = expected(strategies[slug], events[event])
        assert Expected(cell.thief, cell.other) == declared, event  # type: ignore[arg-type]


def test_those_that_the_answer_names_can_be_taken() -> None:
    assert {"session-db", "session-joined", "opaque", "jwt-rotating"} <= set(nameable())
    for slug in nameable():
        assert len(takeaway(slug).files) <= 5


def test_nothing_is_to_take_that_the_answer_would_never_name() -> None:
    for strategy in strategies:
        if strategy.slug not in nameable():
            with pytest.raises(NothingToTake):
                takeaway(strategy.slug)


def test_what_is_copied_is_the_source_that_runs_here() -> None:
    text = takeaway("opaque").files["logins.py"]
    here = {line.strip() for line in read("accounts.strategies.opaque").lines}
    copied = text[text.index("class Opaque(Strategy):") :]
    assert {line.strip() for line in copied.splitlines()} <= here
    assert "def stored_rows(" not in copied
    assert "accounts" not in "".join(
        line for line in text.splitlines() if line.startswith(("from", "import"))
    )
    assert takeaway("opaque").lines == sum(
        len(takeaway("opaque").files[name].splitlines())
        for name in ("models.py", "logins.py", "api.py")
    )


def test_a_way_asks_for_no_more_than_it_needs() -> None:
    for slug in ("session-db", "session-joined", "opaque"):
        [django] = takeaway(slug).packages
        assert django.lower().startswith("django==")
        settings = takeaway(slug).files["settings.py"]
        assert "JWT" not in settings
        text = "".join(takeaway(slug).files.values())
        for unused in ("LAB_HASHER", "visitor", "BlacklistedToken", "SHARED_CACHE", "with step("):
            assert unused not in text
    assert "joserfc" in "".join(takeaway("jwt-rotating").packages)
    realm = takeaway("opaque").files["logins.py"].partition("class Realm:")[2]
    assert "def digest(" in realm
    assert "def rotated(" not in realm
    assert "keyring" not in realm


def test_no_secret_of_this_site_goes_along(settings: Settings) -> None:
    settings.JWT_SIGNING_KEY = "a-secret-of-this-site"
    settings.JWT_RETIRED_KEYS = ["an-older-secret-of-this-site"]
    takeaway.cache_clear()
    text = "".join(takeaway("jwt-rotating").files.values())
    takeaway.cache_clear()
    assert "JWT_SIGNING_KEY = ''" in text
    assert "JWT_RETIRED_KEYS = []" in text
    assert "secret-of-this-site" not in text
    assert settings.SECRET_KEY not in text


def test_what_lets_a_thief_in_is_not_to_be_taken() -> None:
    for slug in ("jwt-user", "jwt-stateless", "session-signed"):
        with pytest.raises(NothingToTake):
            takeaway(slug)
    with pytest.raises(CommandError, match="a copy outlives what should end it"):
        call_command("takeaway", "jwt-user", "somewhere")


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="File exists"):
        call_command("takeaway", "session-db", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.database("sqlite")
@pytest.mark.django_db
def test_the_page_gives_it_as_a_zip_and_says_how_many_lines(client: Client) -> None:
    page = client.get("/answer/", {"clients": "program"}).content.decode()
    assert f"{takeaway('opaque').lines} lines of this site’s own source" in page
    assert 'href="/answer/opaque.zip"' in page
    answer = client.get("/answer/opaque.zip")
    assert answer["Content-Disposition"] == 'attachment; filename="opaque.zip"'
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    files = {"__init__.py": "", **takeaway("opaque").files}
    assert found == {f"logins/{name}": text for name, text in files.items()}
    assert client.get("/answer/jwt-user.zip").status_code == 404
    assert client.get("/answer/carrier-pigeon.zip").status_code == 404


def test_one_name_with_two_meanings_does_not_go_into_one_file() -> None:
    found = Extract()
    for module in ("accounts.strategies.opaque", "accounts.strategies._engine"):
        found.add(module, "_QUERY")
    with pytest.raises(NameTwice, match="_QUERY"):
        found.text(found.modules())
