"""The pages of the course, as they are without JavaScript."""

import re
from html import unescape

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.conf import own_database
from accounts.lesson import LESSONS, Lesson

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


def text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def without_space(words: str) -> str:
    return re.sub(r"\s", "", words)


def test_the_course_says_what_one_can_do_afterwards_and_how_long_it_takes(client: Client) -> None:
    html = client.get("/lesson/").content.decode()
    seen = text(html)
    for lesson in LESSONS:
        assert f'href="/lesson/{lesson.slug}/"' in html
        assert lesson.about() in seen
        assert all(objective in seen for objective in lesson.objectives)
    assert {"/lesson/teachers/", "/lesson/join/"} <= set(re.findall(r'href="([^"]+)"', html))
    assert seen.count("20 minutes in class") == len(LESSONS) == 3


@pytest.mark.parametrize("lesson", [*LESSONS], ids=lambda one: one.slug)
def test_a_lesson_has_all_that_its_steps_say_but_the_teachers_notes(
    lesson: type[Lesson], client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        html = client.get(f"/lesson/{lesson.slug}/").content.decode()
    seen = without_space(text(html))
    for step in lesson.all_steps():
        reveal = step.reveal(own_database())
        said = [step.question, step.keep, reveal.text, *lesson.objectives]
        said += [words for answer in step.answers for words in (answer.text, answer.because)]
        said += [words for figure in reveal.figures for words in (figure.label, figure.value)]
        assert [words for words in said if without_space(words) not in seen] == []
        assert without_space(step.note.say) not in seen
        assert step.run is None or f'src="{step.run.embedded}"' in unescape(html)
    for exercise in lesson.exercises:
        assert without_space(exercise.task) in seen
        assert without_space(exercise.solution) not in seen
    assert 'class="word" href="/glossary/#' in html
    assert "data-reveal open" not in html


def test_a_lesson_shows_pages_of_this_site_in_frames_and_is_framed_by_nobody(
    client: Client,
) -> None:
    policy = client.get("/lesson/who-are-you/")["Content-Security-Policy"]
    assert "frame-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "frame-src" not in client.get("/lesson/")["Content-Security-Policy"]


def test_there_is_no_other_lesson(client: Client) -> None:
    assert client.get("/lesson/nothing/").status_code == 404
