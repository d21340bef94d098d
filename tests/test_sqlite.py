"""What our own backend for SQLite does with statements, beside Django's."""

import pytest
from django.db import connection
from django.db.backends.sqlite3.base import SQLiteCursorWrapper

from authdemo.sqlite3.base import with_question_marks

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


@pytest.mark.parametrize("query", ["SELECT %s, 'a%%s', %s", "SELECT 1 %% 2", f"{' ' * 5000}%s%%"])
def test_a_statement_is_converted_as_django_does_it(query: str) -> None:
    with connection.cursor() as cursor:
        ours = cursor.cursor
        assert ours.convert_query(query) == SQLiteCursorWrapper.convert_query(ours, query)


def test_it_is_converted_once() -> None:
    with_question_marks.cache_clear()
    with connection.cursor() as cursor:
        for number in range(3):
            assert cursor.execute("SELECT %s, '%%'", [number]).fetchone() == (number, "%")
            assert cursor.execute("SELECT %(it)s", {"it": number}).fetchone() == (number,)
    kept = with_question_marks.cache_info()
    assert (kept.misses, kept.hits) == (1, 2)
