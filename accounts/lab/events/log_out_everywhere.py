"""Somebody logs out of all devices."""

from accounts.lab.events._base import Event
from accounts.lab.stage import Stage
from accounts.strategies import Expected, Outcome


class LogOutEverywhere(Event):
    """The user ends all logins at once, at device B: device A was lost, or something looks odd.

    It has to reach logins that do not take part in the request, like the one whose credential was
    copied. So the server must know them, or something that all of them depend on.
    """

    slug = "log-out-everywhere"
    title = "Log out everywhere"
    order = 20
    needs = "log_out_everywhere"
    ideal = Expected(Outcome.REFUSED, "not-applicable")
    everyone = True
    revokes = True

    def happen(self, environment: Stage) -> None:
        environment.b.log_out_everywhere()
