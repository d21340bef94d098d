"""SQL statements become steps: the text as it was sent, never a parameter."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Login, User, login_begin
from accounts.tracing.recorder import tracing, untraced
from accounts.tracing.sql import sql_steps, summary

pytestmark = pytest.mark.django_db


def test_each_statement_is_a_step_with_its_text_and_its_time(alice: User) -> None:
    with tracing() as trace, sql_steps(trace):
        User.objects.get(pk=alice.pk)
        User.objects.filter(pk=alice.pk).update(email="a@example.org")
    select, update = trace.steps
    assert select.name == "SELECT … accounts_user"
    assert select.detail.startswith('SELECT "accounts_user"."id"')
    assert update.name == "UPDATE … accounts_user"
    assert update.rows == 1
    assert select.duration > 0
    assert update.duration > 0


def test_no_parameter_is_looked_at(alice: User) -> None:
    with tracing() as trace, sql_steps(trace):
        User.objects.filter(username="a-very-secret-name").exists()
        login_begin(alice, strategy="opaque", user_agent="a secret agent")
    assert "secret" not in repr(trace.steps)
    assert "%s" in trace.steps[0].detail


def test_a_statement_that_fails_is_a_step_too(alice: User) -> None:
    with (
        tracing() as trace,
        sql_steps(trace),
        pytest.raises(DatabaseError),
        transaction.atomic(),
    ):
        Login.objects.create(user_id=alice.pk, strategy="x", token_version=None)  # type: ignore[misc]
    assert any(step.name.startswith("INSERT") and step.duration for step in trace.steps)


def test_nothing_is_left_behind() -> None:
    before = list(connection.execute_wrappers)
    with pytest.raises(KeyError), tracing() as trace, sql_steps(trace):
        raise KeyError
    assert connection.execute_wrappers == before


def test_a_trace_within_a_trace_has_its_own_statements(alice: User) -> None:
    with tracing() as outer, sql_steps(outer):
        User.objects.count()
        with tracing() as inner, sql_steps(inner):
            Login.objects.count()
        with untraced():
            User.objects.exists()
        User.objects.count()
    assert [step.name for step in outer.steps] == ["SELECT … accounts_user"] * 2
    assert [step.name for step in inner.steps] == ["SELECT … accounts_login"]


@pytest.mark.parametrize(
    ("sql", "short"),
    [
        ("SELECT 1", "SELECT"),
        ('SELECT a FROM "t"', "SELECT … t"),
        ("SELECT a FROM t JOIN u ON t.a = u.a", "SELECT … t + u"),
        ('SELECT a, (SELECT b FROM "sub" WHERE c IN (1, 2)) FROM t', "SELECT … t + sub"),
        ("insert into t values (1)", "INSERT … t"),
        ("UPDATE t SET a = 1", "UPDATE … t"),
        ("DELETE FROM t", "DELETE … t"),
        ("", "SQL"),
        ("  \n ", "SQL"),
    ],
)
def test_a_statement_in_short(sql: str, short: str) -> None:
    assert summary(sql) == short


def test_a_real_statement_of_the_site_names_the_user_first(alice: User) -> None:
    login = login_begin(alice, strategy="opaque")
    login.digest = uuid.uuid4()
    with tracing() as trace, sql_steps(trace):
        list(Login.objects.live().filter(pk=login.pk))
    assert trace.steps[0].name == "SELECT … accounts_login + accounts_user"


def test_transaction_control_is_no_query() -> None:
    with tracing() as trace, sql_steps(trace), transaction.atomic():
        User.objects.update(role="member")

    assert [step.name for step in trace.steps] == ["UPDATE … accounts_user"]
