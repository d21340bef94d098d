"""The key is rotated and the old one forgotten."""

from accounts.lab.environment import Environment
from accounts.lab.events._base import Event
from accounts.strategies import Expected, Outcome


class KeyRotated(Event):
    """The server signs with a new key and forgets the old one: it may have leaked.

    The one thing that reaches every signed token, whatever the strategy. It reaches everybody's:
    all users of the site have to log in again.
    """

    slug = "key-rotated"
    title = "Key rotated, no overlap"
    order = 80
    ideal = Expected(Outcome.REFUSED, "not-applicable")
    everyone = True

    def happen(self, environment: Environment) -> None:
        environment.rotate_keys(overlap=False)
