"""The thief spends a refresh token that its owner has spent."""

from datetime import timedelta

from accounts.lab.events._base import Event
from accounts.lab.stage import Stage
from accounts.strategies import Strategy


class RefreshReplayed(Event):
    """Device A refreshes its access token, and later the thief does with its copy.

    A refresh token that works again and again hides the thief: both go on side by side. One that is
    spent on use comes back a second time, which betrays that two have it, at the latest when device
    A refreshes once more.

    The thief comes after the grace, within which several requests may spend the same token. Nobody
    has to wait for that: it is played without a grace.
    """

    slug = "refresh-replayed"
    title = "Refresh token used twice"
    order = 60
    needs = "refresh"
    grace = timedelta(0)
    applies_only = "Only where there are refresh tokens"

    @classmethod
    def applies_to(cls, strategy: type[Strategy]) -> bool:
        return strategy.refreshes

    def happen(self, environment: Stage) -> None:
        environment.a.refresh("Device A spends its refresh token")
        environment.a.me("Device A sends a request with its new token")
        environment.let_grace_pass()
        environment.thief.refresh("Later, the thief spends its copy of the same refresh token")
        environment.a.refresh("Device A spends its next refresh token")
