"""The users of the examples that have no user model of their own, in a SQLite file."""

import os
import sqlite3
from hashlib import scrypt
from pathlib import Path
from secrets import token_bytes
from typing import NamedTuple


class Person(NamedTuple):
    """A row."""

    name: str
    salt: bytes
    digest: bytes
    role: str
    active: bool


def _digest(password, salt):
    return scrypt(password.encode(), salt=salt, n=2**10, r=8, p=1)


def _execute(statement, *values):
    with sqlite3.connect(Path(os.environ["DATA"]) / "people.sqlite3", timeout=20) as database:
        return database.execute(statement, values).fetchall()


def create_table():
    """Make the table unless it is there."""
    _execute("CREATE TABLE IF NOT EXISTS people (name PRIMARY KEY, salt, digest, role, active)")


def sign_up(sent):
    """Make an account; an editor, until staff says otherwise."""
    salt = token_bytes(16)
    digest = _digest(sent["password"], salt)
    _execute(
        "INSERT INTO people VALUES (?, ?, ?, ?, ?)", sent["username"], salt, digest, "editor", 1
    )


def get(name):
    """A person, or None."""
    rows = _execute("SELECT name, salt, digest, role, active FROM people WHERE name = ?", name)
    return Person(*rows[0]) if rows else None


def known(sent):
    """The person of a name and a password; None for a wrong one, or a disabled account."""
    found = get(sent["username"])
    is_right = found and found.active and _digest(sent["password"], found.salt) == found.digest
    return found if is_right else None


def change_password(name, new):
    """Set another password."""
    salt = token_bytes(16)
    _execute(
        "UPDATE people SET salt = ?, digest = ? WHERE name = ?", salt, _digest(new, salt), name
    )


def disable(name):
    """What staff does: the account is not active."""
    _execute("UPDATE people SET active = 0 WHERE name = ?", name)


def demote(name):
    """The same: an editor is a member."""
    _execute("UPDATE people SET role = 'member' WHERE name = ?", name)
