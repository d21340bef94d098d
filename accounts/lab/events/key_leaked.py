"""What the server verifies with is stolen."""

from collections.abc import Mapping
from typing import Any

from accounts.lab.events._base import Event
from accounts.lab.stage import Reply, Stage
from accounts.strategies import Outcome


class KeyLeaked(Event):
    """A backup lies about: the thief has what the server verifies with, and no one's credential.

    Where a signature is verified that is the secret, and the thief signs as the server does, for a
    login that it makes up. Where a credential is looked up, it is a copy of the stored rows, and
    the thief sends what stands in them. The thief tries to be each of twenty users, of whom every
    second one is logged in.

    Whose server verifies with a public key loses nothing with it: a public key signs nothing.
    """

    slug = "key-leaked"
    title = "Key or table leaked"
    order = 110
    is_drill = True
    steals = False

    def happen(self, environment: Stage) -> None:
        environment.leak()

    def replay(self, environment: Stage, title: str = "") -> Reply:
        return environment.thief.me(
            title or "The thief sends what it made for the user of device A"
        )

    @classmethod
    def told(cls, report: Mapping[str, Any]) -> tuple[str, str, str] | None:
        if report["thief"] == Outcome.ACCEPTED:
            return "gets in", f"as {report.get('taken')} of 20 users", ""
        return "refused", "as any of 20 users", ""
