"""Staff disables an account."""

from accounts.lab.events._base import Event
from accounts.lab.stage import Stage
from accounts.strategies import Expected, Outcome


class AccountDisabled(Event):
    """Staff sets the account to inactive: somebody has left, or must be stopped.

    One column of the user's row. Whoever reads the row for each request notices; whoever believes
    what the token said when it was made does not.
    """

    slug = "account-disabled"
    title = "Account disabled"
    order = 40
    needs = "hooks.disable_account"
    ideal = Expected(Outcome.REFUSED, "not-applicable")
    everyone = True

    def happen(self, environment: Stage) -> None:
        environment.disable_account()
