"""One bit per token, in a list that is fetched now and then."""

from accounts.models import EndReason, Login, User
from accounts.strategies import _status_list
from accounts.strategies._base import Accepted, Credential, Expected, Lookup, Outcome, Refused
from accounts.strategies._strict import StrictStrategy, as_told, told_of
from accounts.tokens.codec import Claims
from accounts.tokens.realm import Realm

_ENDED = Refused("look into status list", "status_set", "The status list says that it has ended")


class JwtStatusList(StrictStrategy):
    """Each token names a bit, and a published list of all bits says which logins have ended.

    The list is a small file, as OAuth's Token Status List has it, a draft of the IETF. Whoever
    judges tokens fetches it when the copy is older than its ``ttl``. A log-out counts with the next
    copy. While none can be had, the old one serves until its ``exp``: nobody gets back in or out.
    """

    slug = "jwt-status-list"
    title = "JWT + status list"
    subtitle = "signature + one bit of a fetched list"
    checks = "Signed, not expired, and its bit in the status list is not set"
    lookup = Lookup.NEARBY
    when_to_use = "When services of others judge the tokens, and a log-out may take the list's ttl."
    order = 167
    propagation_delay = _status_list.TTL
    published = staticmethod(_status_list.published)
    kept = ("status",)
    expects = {
        "role-removed": Expected(Outcome.STALE_ROLE),
        "refresh-replayed": Expected(Outcome.ACCEPTED),
        "store-down": Expected(Outcome.REFUSED),
    }

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self.statuses = _status_list.FetchedList(self.realm)

    def issue(self, login: Login) -> Credential:
        _status_list.reserve(login)
        return super().issue(login)

    def claims_about(self, user: User) -> dict[str, str]:
        return told_of(user)

    def claims_of(self, login: Login) -> dict[str, object]:
        return _status_list.status_claim(self.realm, login)

    def judge(self, claims: Claims) -> Accepted | Refused:
        if claims.token_type == "refresh":
            return _status_list.verdict_of_login(claims.sid)  # one query
        return _ENDED if self.statuses.has_ended(claims.extra) else as_told(claims)

    def revoke(self, login: Login, credential: str = "") -> None:
        Login.objects.filter(pk=login.pk).end(EndReason.LOGGED_OUT)

    def revoke_all(self, user: User) -> None:
        user.end_logins(EndReason.EVERYWHERE)
