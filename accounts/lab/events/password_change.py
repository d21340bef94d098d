"""Somebody changes the password."""

from accounts.lab.events._base import Event
from accounts.lab.stage import Stage


class PasswordChange(Event):
    """The user changes the password at device B, because somebody may know the old one.

    Whoever got in with the old password ought to be out. The device that made the change stays: it
    is given a new credential with the answer.
    """

    slug = "password-change"
    title = "Password change"
    order = 30
    needs = "change_password"

    def happen(self, environment: Stage) -> None:
        environment.b.change_password()
