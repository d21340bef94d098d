"""Staff takes a role away."""

from accounts.lab.events._base import Event
from accounts.lab.stage import Stage
from accounts.strategies import Expected, Outcome


class RoleRemoved(Event):
    """Staff makes an editor a mere member. Nobody is logged out, but less is allowed.

    The login goes on, so the question is which role the next request is served with: the one in the
    database, or the one that was written into a token some time ago.
    """

    slug = "role-removed"
    title = "Role removed"
    order = 50
    needs = "hooks.take_role_away"
    ideal = Expected(Outcome.NEW_ROLE)

    def happen(self, environment: Stage) -> None:
        environment.take_role_away()
