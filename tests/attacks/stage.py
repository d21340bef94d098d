"""A play of the theatre and a client for each of its hosts, without a browser."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.test import Client

from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.plays import play_begin
from accounts.models import AttackPlay

HOME = "http://127.0.0.1:8000"
VICTIM = {"username": "victim", "password": "lamp-and-light"}


def begin(
    attack: str = "script-in-a-comment", defences: Sequence[str] = (), part: str = ""
) -> AttackPlay:
    """A play that nobody has walked through yet."""
    return play_begin(
        attack, defences, part=part, visitor=uuid.uuid4(), home=HOME, browser="a test"
    )


def at(party: Party, port: int = 8000) -> Client:
    """A client of one host."""
    return Client(headers={"host": f"{party}:{port}"})


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    """Send JSON, as the theatre's pages do."""
    return client.post(path, body or {}, content_type="application/json", headers=headers)
