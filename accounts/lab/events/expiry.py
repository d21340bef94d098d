"""Nobody does anything until the login is too old."""

from accounts.lab.events._base import Event
from accounts.lab.stage import Stage
from accounts.strategies import Expected, Outcome


class Expiry(Event):
    """Time passes until the login has reached its fixed end.

    Everything ends by itself at last. The clock is real: the logins of this play are made to live
    for seconds, and it waits until they are over.
    """

    slug = "expiry"
    title = "Time runs out"
    order = 90
    ideal = Expected(Outcome.REFUSED, "not-applicable")
    everyone = True
    ages = True

    def happen(self, environment: Stage) -> None:
        environment.wait_until(environment.last_end or 0.0)
