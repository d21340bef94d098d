"""Somebody logs one device out."""

from accounts.lab.environment import Environment
from accounts.lab.events._base import Event


class LogOut(Event):
    """Device A logs out, as the button on every site promises.

    A's copy in the thief's hands ought to be worth nothing from then on. Device B is another login
    of the same user, and nobody asked for its end.
    """

    slug = "log-out"
    title = "Log out"
    order = 10
    revokes = True

    def happen(self, environment: Environment) -> None:
        environment.a.log_out()
