"""What is shipped of a browser fits the attacks as they are, and their pages show it."""

import re
import subprocess
import sys

import pytest
from django.conf import settings as site
from django.test import Client
from django.utils.html import escape
from pytest_django.fixtures import Settings

from accounts.attacks import Attack, attacks
from accounts.attacks.stage.recorded import recorded, recorded_of
from tests.attacks.stage import begin

# What is shipped knows no database.
pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

BROWSERS = ("Chromium", "Firefox")  # in the order of the files

each = pytest.mark.parametrize("attack", attacks, ids=lambda attack: attack.slug)


@each
def test_each_attack_was_recorded_as_it_is_and_with_each_switch(
    attack: type[Attack], settings: Settings
) -> None:
    settings.ATTACKS_PORT = 8001  # where it was recorded, there was one
    found = recorded_of(attack.slug)
    switches = [[], *([one.slug] for one in attack.defences)]
    assert [(one.browser.split()[0], [*one.defences]) for one in found] == [
        (browser, switch) for browser in BROWSERS for switch in switches
    ]
    now = attack().result(begin(attack.slug), [])
    for one in found:
        assert [row.title for row in one.result.rows] == [row.title for row in now.rows]
        assert [*one.result.columns] == [*now.columns]


@each
def test_its_page_shows_what_was_recorded_before(attack: type[Attack], client: Client) -> None:
    page = client.get(f"/attacks/{attack.slug}/").content.decode()
    for one in recorded_of(attack.slug):
        assert escape(one.result.sentence) in page
        assert one.browser in page


@each
def test_each_table_has_a_name_of_its_own(attack: type[Attack], client: Client) -> None:
    page = client.get(f"/attacks/{attack.slug}/").content.decode()
    names = re.findall(r'role="region" aria-label="([^"]*)"', page)
    assert len(names) == len({*names}) == 1 + len(attack.defences)


def test_what_is_no_defence_stands_apart(client: Client) -> None:
    page = client.get("/attacks/another-sites-form/", headers={"host": "127.0.0.1"})
    defences, _, rest = page.content.decode().partition("When the thief comes")
    assert 'value="two-minutes"' not in defences
    assert 'value="two-minutes"' in rest


def test_a_credential_is_in_none_of_it() -> None:
    assert "eyJhbGciOi" not in str(recorded())


def test_without_a_demo_the_command_says_so() -> None:
    # In a process of its own: this one may have a browser already.
    arguments = ["attacks", "--attack=leaked-secret", "--url=http://127.0.0.1:9"]
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=site.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Is a demo running at http://127.0.0.1:9?" in done.stderr
