"""The key is rotated while the old one still verifies."""

from accounts.lab.environment import Environment
from accounts.lab.events._base import Event
from accounts.strategies import Expected, Outcome


class KeyRotatedOverlap(Event):
    """The server signs with a new key and still accepts what the old one signed.

    The routine rotation, which nobody ought to notice. It revokes nothing, not the thief's copy
    either: it is no answer to a theft. It needs a server that can hold two keys.
    """

    slug = "key-rotated-overlap"
    title = "Key rotated, with overlap"
    order = 70
    ideal = Expected(Outcome.ACCEPTED)

    def happen(self, environment: Environment) -> None:
        environment.rotate_keys(overlap=True)
