"""The thief spends a refresh token that its owner has spent."""

from accounts.lab.environment import Environment
from accounts.lab.events._base import Event
from accounts.strategies import Strategy


class RefreshReplayed(Event):
    """Device A refreshes its access token, and then the thief does with its copy.

    A refresh token that works again and again hides the thief: both go on side by side. One that is
    spent on use comes back a second time, which betrays that two have it.
    """

    slug = "refresh-replayed"
    title = "Refresh replayed"
    order = 60
    applies_only = "Only where there are refresh tokens"

    @classmethod
    def applies_to(cls, strategy: type[Strategy]) -> bool:
        return strategy.refreshes

    def happen(self, environment: Environment) -> None:
        environment.a.refresh("Device A spends its refresh token")
        environment.thief.refresh("The thief spends its copy of the same refresh token")
