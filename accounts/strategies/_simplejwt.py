"""The family base of tokens that simplejwt's own classes sign and judge."""

import uuid
from collections.abc import Mapping
from typing import ClassVar

from accounts.models import Login
from accounts.strategies._base import (
    Accepted,
    Credential,
    Expected,
    Family,
    Outcome,
    Refused,
    Strategy,
    refusing,
)
from accounts.tokens.realm import Realm
from accounts.tokens.simplejwt import Simplejwt, Token


class SimplejwtStrategy(Strategy):
    """simplejwt as it comes: what a request costs, and what is noticed, is the library's.

    It knows one key: a retired one verifies nothing. Its refresh token may be used again and again,
    so that nobody notices who else does.
    """

    family = Family.JWT
    refreshes = True
    expects: ClassVar[Mapping[str, Expected]] = {
        "refresh-replayed": Expected(Outcome.ACCEPTED),
        "key-rotated-overlap": Expected(Outcome.REFUSED, "collateral"),
    }
    #: simplejwt, with the authentication class and the settings of this strategy.
    library: ClassVar[type[Simplejwt]] = Simplejwt

    def __init__(self, realm: Realm) -> None:
        super().__init__(realm)
        self._simplejwt = self.library(realm)

    def look_up(self, token: Token) -> Refused | None:
        """What else is asked of a verified token before its user is read; None when it holds."""
        return None

    def issue(self, login: Login) -> Credential:
        """simplejwt's pair of tokens, with the login and the role as further claims."""
        user = login.user
        access, refresh = self._simplejwt.pair(user, login.id, {"role": user.role})
        return Credential(access, self.realm.access_expires(), refresh)

    @refusing
    def check(self, credential: str) -> Accepted | Refused:
        """What simplejwt's authentication does for a request."""
        token = self._simplejwt.verify(credential)
        if refused := self.look_up(token):
            return refused
        user = self._simplejwt.user_of(token)
        return Accepted(user, str(user.role), sid_of(token))

    @refusing
    def renew(self, refresh: str) -> Credential | Refused:
        """A new access token, as simplejwt's serializer makes it: the refresh token stays."""
        token = self._simplejwt.verify_refresh(refresh)
        if refused := self.look_up(token):
            return refused
        self._simplejwt.owner_of(token)
        access = self._simplejwt.access_from(token)
        return Credential(access, self.realm.access_expires(), refresh)


def sid_of(token: Token) -> uuid.UUID:
    """The login that a verified token belongs to."""
    return uuid.UUID(hex=token["sid"])
