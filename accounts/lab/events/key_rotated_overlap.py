"""The server's secret is rotated while the old one still counts."""

from accounts.lab.events._base import Event
from accounts.lab.stage import Stage
from accounts.strategies import Expected, Outcome


class KeyRotatedOverlap(Event):
    """The server takes a new secret and still accepts what was made with the old one.

    The routine rotation of the key that signs tokens and cookies, and of the one that digests
    random tokens, which nobody ought to notice. It revokes nothing, not the thief's copy
    either: it is no answer to a theft. It needs a server that can hold two secrets.
    """

    slug = "key-rotated-overlap"
    title = "Secret rotated, the old one still valid"
    order = 70
    needs = "hooks.rotate_key_overlap"
    ideal = Expected(Outcome.ACCEPTED)

    def happen(self, environment: Stage) -> None:
        environment.rotate_keys(overlap=True)
