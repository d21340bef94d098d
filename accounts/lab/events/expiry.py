"""Nobody does anything until the login is too old."""

from collections.abc import Mapping
from typing import Any

from accounts.lab.events._base import Event
from accounts.lab.stage import Reply, Stage
from accounts.strategies import Expected, Outcome


class Expiry(Event):
    """Time passes until the login has reached its fixed end.

    Everything ends by itself at last. The clock is real: the logins of this play are made to live
    for seconds, and it waits until they are over. The thief then tries all that it has copied, a
    refresh token as well.
    """

    slug = "expiry"
    title = "Time runs out"
    order = 90
    needs = "log_in"
    ideal = Expected(Outcome.REFUSED, "not-applicable")
    everyone = True
    ages = True

    def happen(self, environment: Stage) -> None:
        environment.let_time_run_out()

    def replay(self, environment: Stage, title: str = "The thief replays its copy") -> Reply:
        answer, thief = super().replay(environment, title), environment.thief
        if answer.accepted or not thief.refresh_token:
            return answer
        renewed = thief.refresh("The thief spends its copy of the refresh token")
        return thief.me("The thief goes on with its new token") if renewed.accepted else answer

    @classmethod
    def told(cls, report: Mapping[str, Any]) -> tuple[str, str, str] | None:
        if report["thief"] == Outcome.ACCEPTED:
            return "still works", "after its end", ""
        return None
