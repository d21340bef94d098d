"""Somebody logs one device out."""

from accounts.lab.events._base import Event
from accounts.lab.stage import Stage


class LogOut(Event):
    """Device A logs out, as the button on every site promises.

    A's copy in the thief's hands ought to be worth nothing from then on. Device B is another login
    of the same user, and nobody asked for its end.
    """

    slug = "log-out"
    title = "Log out"
    order = 10
    needs = "log_out"
    revokes = True

    def happen(self, environment: Stage) -> None:
        environment.a.log_out()
