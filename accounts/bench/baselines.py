"""The floor: what a request costs when nobody asks who sends it."""

from django.contrib.auth.models import AnonymousUser

from accounts.bench.result import FLOOR
from accounts.models import Login
from accounts.strategies import Accepted, Credential, Family, Strategy

_NOBODY = Accepted(AnonymousUser(), "")


class Floor(Strategy):
    """Accepts whatever is sent and looks at nothing.

    It goes through the same middleware, the same view and the same answer as the strategies, so
    what a strategy costs more than this is what carrying a login costs. It is not in the registry:
    no request from outside can ask for it.
    """

    slug = FLOOR
    title = "Nobody asks"
    subtitle = "the same view, no authentication"
    family = Family.OPAQUE
    checks = "Nothing"
    order = 0

    def issue(self, login: Login) -> Credential:
        """A word that means nothing."""
        return Credential("nobody", login.expires)

    def check(self, credential: str) -> Accepted:
        """Nobody, always."""
        return _NOBODY
