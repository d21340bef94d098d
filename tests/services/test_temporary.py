"""Databases that exist only meanwhile."""

import sqlite3
from pathlib import Path

import psycopg

from accounts.services.temporary import temporary_database


def test_a_sqlite_database_is_gone_when_it_stops() -> None:
    with temporary_database("sqlite") as database:
        file = Path(database.address.removeprefix("sqlite:///"))
        assert file.is_absolute()
        sqlite3.connect(file).execute("CREATE TABLE kept (word)").connection.close()
        assert file.exists()
        assert database.ready()
    assert not file.parent.exists()
    assert not database.ready()


def test_a_postgresql_is_empty_each_time() -> None:
    database = temporary_database("postgres")
    for _ in range(2):
        with database, psycopg.connect(database.address) as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.commit()
        assert not database.ready()
