"""Where pupils reach a lesson, and what of it nobody but the teacher sees."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.lesson import LESSONS, Step
from accounts.models import Tally
from accounts.pages.lesson_class import choices, origin

pytestmark = pytest.mark.database("sqlite")

LAPTOP = "127.0.0.1:8000"


@pytest.fixture
def step() -> Step:
    return LESSONS["logged-out"].steps[0]


@pytest.mark.parametrize(
    ("asked", "hosts", "reached"),
    [
        (LAPTOP, ["127.0.0.1", "localhost"], None),
        (LAPTOP, ["127.0.0.1", "[::1]", "192.0.2.7"], "http://192.0.2.7:8000"),
        ("localhost", ["localhost", ".example.org", "192.0.2.7"], "http://192.0.2.7"),
        ("192.0.2.7:8000", ["127.0.0.1", "192.0.2.7"], "http://192.0.2.7:8000"),
        ("school.example", ["school.example"], "http://school.example"),
    ],
)
def test_the_screen_shows_an_address_that_telephones_reach(
    asked: str, hosts: list[str], reached: str | None, settings: Settings, client: Client, db: None
) -> None:
    settings.ALLOWED_HOSTS = hosts
    answer = client.get("/lesson/teachers/", headers={"host": asked})
    assert origin(answer.wsgi_request) == reached
    page = answer.content.decode()
    assert (f"<code>{reached}/lesson/join/</code>" in page) == (reached is not None)
    assert ("Only this computer reaches this site" in page) == (reached is None)


def test_votes_are_shares_of_their_own_round(step: Step) -> None:
    counted = Tally({(0, 1, 0): 1, (0, 1, 1): 3, (0, 2, 1): 5, (1, 1, 0): 9})
    first, second, *_ = choices(step, 0, counted)
    assert [(one.number, one.share) for one in first.counts] == [(1, 25), (0, 0)]
    assert [(one.number, one.share) for one in second.counts] == [(3, 75), (5, 100)]


def test_a_round_that_nobody_voted_in_has_no_bars(step: Step) -> None:
    assert all(not choice.counts for choice in choices(step, 0, Tally()))
