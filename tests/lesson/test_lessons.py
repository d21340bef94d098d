"""The lessons: each step can be asked, played and revealed, and says what the results say."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from django.test import Client

from accounts.attacks import Row
from accounts.conf import DATABASES, own_database
from accounts.lab.wording import describe
from accounts.lesson import LESSONS, Lesson, Step
from accounts.lesson._measured import Experiment, Robbery, Ways
from accounts.lesson.logged_out import CAREFUL_JWT, CAREFUL_SESSION, LoggedOut
from accounts.lesson.the_thief import SCRIPT
from accounts.strategies import Lookup, strategies

IN_CLASS = range(18, 23)  # minutes: about twenty
README = Path(settings.BASE_DIR) / "accounts" / "lesson" / "README.md"


def steps() -> Iterator[tuple[type[Lesson], Step]]:
    return ((lesson, step) for lesson in LESSONS for step in lesson.all_steps())


each_lesson = pytest.mark.parametrize("lesson", [*LESSONS], ids=lambda one: one.slug)
each_step = pytest.mark.parametrize(
    ("lesson", "step"), [*steps()], ids=lambda one: getattr(one, "slug", "")
)
no_database = pytest.mark.database("sqlite")


def flaws_of(lesson: type[Lesson]) -> Iterator[str]:
    """What is wrong with a lesson by itself."""
    every = lesson.all_steps()
    if lesson.minutes not in IN_CLASS:
        yield f"it takes {lesson.minutes} minutes"
    if len({step.slug for step in every}) < len(every):
        yield "two steps have one slug"
    for step in every:
        yield from (f"{step.slug}: {flaw}" for flaw in _flaws_of(step))


def _flaws_of(step: Step) -> Iterator[str]:
    if len(step.answers) not in range(2, 5):
        yield f"{len(step.answers)} answers"
    if sum(answer.right for answer in step.answers) != 1:
        yield "not one right answer"
    if not step.question.endswith("?"):
        yield "asks nothing"
    texts = (step.keep, step.note.say, *step.note.wrong, *(one.because for one in step.answers))
    if not all(text.endswith((".", "?")) for text in texts):
        yield "a sentence has no end"
    if not step.note.wrong or step.note.minutes < 1:
        yield "no help for the teacher"


@no_database
@each_lesson
def test_a_lesson_takes_twenty_minutes_and_each_question_has_one_right_answer(
    lesson: type[Lesson],
) -> None:
    assert [*flaws_of(lesson)] == []
    assert lesson.about().endswith(".")
    assert lesson.objectives
    assert lesson.exit.run is None
    assert lesson.__module__ == f"accounts.lesson.{lesson.slug.replace('-', '_')}"


@no_database
def test_the_lesson_of_the_recipe_is_one() -> None:
    [code] = re.findall(r"^```python\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)
    module = ModuleType("in_a_lift")
    exec(code, vars(module))  # noqa: S102  (our own README)
    lesson = module.InALift
    assert [*flaws_of(lesson)] == []
    assert lesson.steps[0].reveal("sqlite").text == "The cookie of a session has 32 bytes."


@no_database
@pytest.mark.parametrize("path", sorted({step.run.embedded for _, step in steps() if step.run}))
def test_what_is_to_be_played_is_there_and_may_stand_in_a_frame(
    path: str, client: Client, db: None
) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    assert "site-head" not in page.content.decode()


@no_database
@pytest.mark.parametrize("database", DATABASES)
@each_step
def test_a_reveal_has_figures_with_their_source_and_a_sentence_that_has_them(
    lesson: type[Lesson], step: Step, database: str
) -> None:
    reveal = step.reveal(database)
    assert reveal.figures, reveal.text
    assert reveal.text.endswith(".")
    for figure in reveal.figures:
        assert figure.value
        assert figure.source.machine
        assert figure.source.database in ("", DATABASES[database])
        assert figure.path.startswith("/")
    numbers = re.findall(r"\d[\d.]*", " ".join(figure.value for figure in reveal.figures))
    named = [re.split(r"[,:]", figure.label)[0] for figure in reveal.figures]
    assert any(one in reveal.text for one in (*numbers, *named))


def _number(claim: str, database: str, name: str) -> float:
    return Experiment.of(claim, database).one(name).median


def _queries(database: str, *slugs: str) -> list[int]:
    return [Ways.on(database).way(slug).request.queries for slug in slugs]


def _lasts(database: str, slug: str) -> str:
    """The tone of a way's cell at log-out, and whether the copy was refused at once."""
    report = Ways.on(database).facts.matrix.reports[slug, "log-out"]
    return f"{describe(report).tone}{' at once' if report['at_once'] else ''}"


def _closed_look_up(database: str) -> bool:
    found, total = Ways.on(database).closed(), Ways.on(database).played()
    ways = [strategy for strategy in strategies.all() if strategy.title in found]
    others = [way for way in ways if way.lookup is not Lookup.LOGIN]
    return 0 < len(found) < total / 2 and all(way.bound for way in others) and len(others) < 2


def _nearly_the_same(database: str) -> bool:
    session, token = (Ways.on(database).way(slug) for slug in (CAREFUL_SESSION, CAREFUL_JWT))
    return 2 / 3 < token.request.cpu_us / session.request.cpu_us < 3 / 2


def _rotation(database: str) -> list[float]:
    orders = ("owner-first", "thief-first", "owner-gone")
    return [_number("rotation-is-enough", database, f"thief-{order}") for order in orders]


def _ordered(*defences: str) -> int:
    return len(Robbery.of(SCRIPT, *defences).titles(1, went_well=False))


PLACES = {
    "JWT in localStorage": False,
    "JWT in a variable": False,
    "JWT in an HttpOnly cookie": True,
    "Session in an HttpOnly cookie": True,
}
#: Why the right answer is right: what the results have to say for it, on a database.
TRUTHS: dict[tuple[str, str], Callable[[str], bool]] = {
    ("who-are-you", "every-request"): lambda on: all(
        Ways.on(on).way(slug).bytes_sent for slug in ("session-db", "jwt-user")
    ),
    ("who-are-you", "who-can-read"): lambda on: (
        _number("readable-payload", on, "facts-session-db") == 0
        and _number("readable-payload", on, "facts-jwt-user") > 0
    ),
    ("who-are-you", "who-can-change"): lambda on: (
        _number("insecure-by-design", on, "accepted-jwt-stateless") == 0
    ),
    ("who-are-you", "who-asks"): lambda on: _queries(on, "session-db", "jwt-user") == [2, 1],
    ("who-are-you", "exit"): lambda on: (
        [Ways.on(on).rows(slug) for slug in ("session-db", "jwt-user")] == [1, 0]
    ),
    ("logged-out", "stolen-copy"): lambda on: (
        (_lasts(on, "session-db"), _lasts(on, "jwt-user")) == ("safe at once", "vulnerable")
    ),
    ("logged-out", "what-it-takes"): lambda on: (
        _lasts(on, "jwt-blacklist") == "safe at once"
        and _queries(on, "jwt-user", "jwt-blacklist") == [1, 2]
    ),
    ("logged-out", "price"): lambda on: (
        _nearly_the_same(on) and _queries(on, CAREFUL_SESSION, CAREFUL_JWT) == [1, 1]
    ),
    ("logged-out", "short-life"): lambda on: (
        _lasts(on, "jwt-rotating") == "later" and 0 < _number("short-expiry", on, "seconds-3") <= 3
    ),
    ("logged-out", "matrix"): _closed_look_up,
    ("logged-out", "exit"): lambda on: (
        len(Ways.on(on).asking_nothing()) > 1
        and not any("at once" in _lasts(on, one.slug) for one in Ways.on(on).asking_nothing())
    ),
    ("the-thief", "where-to-keep"): lambda _: (
        {title: cell.cells[0].went_well for title, cell in _rows().items() if title in PLACES}
        == PLACES
    ),
    ("the-thief", "http-only"): lambda on: (
        _number("http-only-protects", on, "open-session-cookie")
        > _number("http-only-protects", on, "closed-session-cookie")
        == 0
    ),
    ("the-thief", "another-site"): lambda on: (
        [
            bool(_number("jwt-is-immune-to-csrf", on, f"ridden-{house}"))
            for house in ("session-cookie", "jwt-cookie", "local-storage")
        ]
        == [True, True, False]
    ),
    ("the-thief", "refresh"): lambda on: _rotation(on) == [0, 0, 1],
    ("the-thief", "exit"): lambda _: (
        _ordered() == _ordered("short-life") == len(_rows()) and not _ordered("escape")
    ),
}


def _rows() -> dict[str, Row]:
    return {row.title: row for row in Robbery.of(SCRIPT).play.result.rows}


@no_database
@pytest.mark.parametrize("database", DATABASES)
@each_step
def test_the_right_answer_is_what_the_results_say(
    lesson: type[Lesson], step: Step, database: str
) -> None:
    assert TRUTHS[lesson.slug, step.slug](database)


@no_database
def test_a_reveal_follows_its_results(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Ways.on("sqlite").facts
    refused = found.matrix.reports["session-db", "log-out"]
    reports = {**found.matrix.reports, ("jwt-user", "log-out"): refused}
    other = replace(found, matrix=replace(found.matrix, reports=reports))
    step = LoggedOut.steps[0]
    assert "of the JWT’s copy “still works for" in step.reveal("sqlite").text
    monkeypatch.setattr("accounts.lesson._measured.facts", lambda _: other)
    assert "of the JWT’s copy “refused at once”" in step.reveal("sqlite").text
    monkeypatch.setattr("accounts.lesson._measured.facts", lambda _: None)
    assert step.reveal("sqlite").text == "Nobody has measured this on SQLite yet."


def test_the_lab_counts_the_same_ways_that_no_event_leaves_open(client: Client, db: None) -> None:
    page = client.get("/lab/").content.decode()
    [said] = re.findall(r'<p class="lab-answer">(.*?)</p>', page, re.DOTALL)
    ways = Ways.on(own_database())
    assert re.findall(r'href="[^"]+">([^<]+)</a>', unescape(said)) == ways.closed()
    assert f"of {ways.played()} ways" in said
