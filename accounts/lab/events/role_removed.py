"""Staff takes a role away."""

from accounts.lab.environment import Environment
from accounts.lab.events._base import Event
from accounts.models import Role, User
from accounts.strategies import Expected, Outcome


class RoleRemoved(Event):
    """Staff makes an editor a mere member. Nobody is logged out, but less is allowed.

    The login goes on, so the question is which role the next request is served with: the one in the
    database, or the one that was written into a token some time ago.
    """

    slug = "role-removed"
    title = "Role removed"
    order = 50
    ideal = Expected(Outcome.NEW_ROLE)

    def happen(self, environment: Environment) -> None:
        environment.change_user("Staff takes the editor's role away", _demote)


def _demote(user: User) -> None:
    user.role = Role.MEMBER
