"""The exercises of the handout: their pages are there, and the matrix says what is asked for."""

import pytest
from django.test import Client

from accounts.lab.recorded import recorded
from accounts.lesson import LESSONS, Lesson
from accounts.strategies import Outcome

pytestmark = pytest.mark.database("sqlite")


@pytest.mark.parametrize("lesson", [*LESSONS], ids=lambda one: one.slug)
def test_a_lesson_has_three_whose_pages_are_there(
    lesson: type[Lesson], client: Client, db: None
) -> None:
    assert len(lesson.exercises) == 3
    for path in {exercise.url for exercise in lesson.exercises}:
        assert client.get(path).status_code == 200


def test_the_solutions_of_the_matrix_are_what_was_measured() -> None:
    found = recorded("sqlite")
    assert found
    outcomes = {key: (one["thief"], one["other"]) for key, one in found.reports.items()}
    assert outcomes["jwt-version", "log-out"] == (Outcome.REFUSED, "collateral")
    for way in ("jwt-password", "session-signed"):
        assert outcomes[way, "log-out"][0] == Outcome.ACCEPTED
        assert outcomes[way, "password-change"][0] == Outcome.REFUSED
