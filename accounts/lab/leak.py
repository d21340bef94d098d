"""What a thief makes of the server's secret, or of a copy of its rows."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from django.contrib.sessions.backends.cache import KEY_PREFIX
from django.contrib.sessions.models import Session as DjangoSession
from django.utils import timezone

from accounts.models import Login, Role, Session, User
from accounts.strategies import Accepted, Family, Refused, Strategy
from accounts.tokens.possession import proving
from accounts.tokens.proofs import ProofKey
from accounts.tokens.realm import Realm

ACCOUNTS = 20
SIGNED_IN = 2  # every second one has a login


def forged(
    strategy: type[Strategy], realm: Realm, users: Sequence[User], key: ProofKey | None = None
) -> Iterator[str]:
    """What a thief signs for each user with the secret: an editor, in a login that it invents.

    Where tokens are bound to a key, to its own.
    """
    thief = strategy(realm)
    expires = timezone.now() + timedelta(hours=1)
    try:
        for user in users:
            editor = User(pk=user.pk, username=user.username, role=Role.EDITOR)
            invented = Login(
                id=uuid.uuid4(),
                user=editor,
                strategy=strategy.slug,
                token_version=0,
                expires=expires,
            )
            with proving(key, realm):
                made = thief.issue(invented).value
            yield made
    finally:
        thief.close()


def rows_of(logins: Iterable[Login], credentials: Iterable[str]) -> list[str]:
    """What a copy of the tables offers to be sent: keys in clear, and digests.

    Of these logins and their credentials alone: other visitors are not robbed.
    """
    ids = [login.pk for login in logins]
    keys = DjangoSession.objects.filter(pk__in=credentials).values_list("pk", flat=True)
    sessions = Session.objects.filter(login__in=ids).values_list("digest", flat=True)
    tokens = Login.objects.filter(pk__in=ids).exclude(digest=None).values_list("digest", flat=True)
    return [*keys, *(digest.hex for digest in (*sessions, *tokens) if digest)]


def made_of_a_leak(
    server: Strategy,
    users: Sequence[User],
    logins: Iterable[Login],
    credentials: Sequence[str],
    key: ProofKey | None = None,
) -> list[str]:
    """What a thief can send who has what the server verifies with: its rows, or its secret.

    The secret, where a JWT is verified or no row holds anything by which a credential is found.
    """
    rows = [] if server.family is Family.JWT else rows_of(logins, credentials)
    if server.cache is not None and server.family is Family.SESSION:  # its keys' names say it all
        rows += [key for key in credentials if server.cache.has_key(f"{KEY_PREFIX}{key}")]
    return rows or list(forged(type(server), server.realm, users, key))


def users_taken(
    server: Strategy, users: Sequence[User], sent: Sequence[str], key: ProofKey | None = None
) -> dict[int, str]:
    """For whom of the users the server takes the sender, and what was sent, by their ids."""
    known = {user.pk for user in users}
    verdicts = ((_judged(server, credential, key), credential) for credential in sent)
    return {
        int(verdict.user.pk): credential
        for verdict, credential in verdicts
        if isinstance(verdict, Accepted) and int(verdict.user.pk) in known
    }


def _judged(server: Strategy, credential: str, key: ProofKey | None) -> Accepted | Refused:
    with proving(key, server.realm, credential):
        return server.check(credential)
