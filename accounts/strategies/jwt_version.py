"""A counter on the user's row, known as refreshTokenVersion."""

from django.db.models import F

from accounts.models import Login, User
from accounts.strategies._base import Accepted, Expected, Lookup, Outcome, Refused, Rows
from accounts.strategies._joined import user_verdict
from accounts.strategies._rows import shown
from accounts.strategies._strict import StrictStrategy
from accounts.tokens.codec import Claims

_OUTDATED = Refused(
    "compare version", "version_outdated", "The user's counter was raised since this token was made"
)


class JwtVersion(StrictStrategy):
    """The token carries a version, and the user's row must have the same one.

    The row is read anyway, so revoking is free: raise the counter by one, and every token from
    before is refused. No table, nothing to prune.

    But there is one counter per user. Logging out one device logs out all of them: the counter
    cannot say which login is meant.
    """

    slug = "jwt-version"
    title = "JWT + version number"
    subtitle = "signature and user + counter on its row"
    checks = "Signed, not expired, the user's version, and the user is active"
    lookup = Lookup.USER
    when_to_use = (
        "When logging out may mean logging out everywhere: one number on the user's row, no table "
        "and nothing to prune."
    )
    order = 170
    expects = {
        "log-out": Expected(Outcome.REFUSED, "collateral"),
        "refresh-replayed": Expected(Outcome.ACCEPTED),
    }

    def claims_about(self, user: User) -> dict[str, int]:
        return {"ver": user.token_version}

    def judge(self, claims: Claims) -> Accepted | Refused:
        """One query: the user with the counter."""
        verdict = user_verdict(claims.user_id, claims.sid)
        if isinstance(verdict, Refused) or claims.extra.get("ver") == verdict.user.token_version:
            return verdict
        return _OUTDATED

    def revoke(self, login: Login, credential: str = "") -> None:
        """Raise the counter: this device cannot be told from the others."""
        self.revoke_all(login.user)

    def revoke_all(self, user: User) -> None:
        User.objects.filter(pk=user.pk).update(token_version=F("token_version") + 1)

    def stored_rows(self, login: Login, credential: str) -> Rows:
        return shown(User.objects.filter(pk=login.user_id), "token_version")
