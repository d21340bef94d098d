"""The server's secret is replaced, the old one forgotten."""

from accounts.lab.events._base import Event
from accounts.lab.stage import Stage
from accounts.strategies import Expected, Outcome


class KeyRotated(Event):
    """The server takes a new secret and forgets the old one: it may have leaked.

    The secret signs tokens and cookies, and keys the digests of session keys and random tokens. So
    this is the one thing that reaches every login, whatever the strategy. It reaches everybody's:
    all users of the site have to log in again.
    """

    slug = "key-rotated"
    title = "Secret replaced"
    order = 80
    needs = "hooks.rotate_key"
    ideal = Expected(Outcome.REFUSED, "not-applicable")
    everyone = True

    def happen(self, environment: Stage) -> None:
        environment.rotate_keys(overlap=False)
