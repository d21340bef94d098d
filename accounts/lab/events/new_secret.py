"""The server starts again, and its secret is another one."""

from accounts.lab.events._base import Event
from accounts.lab.stage import Stage
from accounts.strategies import Expected, Outcome


class NewSecret(Event):
    """A new version is rolled out, and the server makes up its secret when it starts.

    Nobody was to be logged out: there was no theft, only a ``SECRET_KEY`` that stands in no file
    and in no environment. What was signed or digested with the old one is worth nothing now, so
    everybody has to log in again, whatever the strategy. Where several processes start one by one,
    people are in or out according to the one that answers, until all have started.

    The cure is a fixed secret, and a list of former ones (``SECRET_KEY_FALLBACKS``).
    """

    slug = "new-secret"
    title = "Restart with another secret"
    order = 130
    ideal = Expected(Outcome.ACCEPTED)
    is_drill = True

    def happen(self, environment: Stage) -> None:
        environment.rotate_keys(overlap=False)
