"""A program of an API client's author, on the client that openapi-python-client writes.

Its arguments: the site's address, a name, a password, and a resource server's name and secret.
"""

import sys
from base64 import b64encode
from collections.abc import Iterator

from site_client import AuthenticatedClient, Client
from site_client.api.account import account_end_login, account_logins, account_me
from site_client.api.oauth import oauth_introspect
from site_client.api.session import session_csrf, session_login, session_logout
from site_client.api.token import token_blacklist, token_obtain, token_refresh, token_verify
from site_client.models import (
    AnyTokenRequest,
    ConfirmationRequest,
    Me,
    NamePasswordRequest,
    RefreshRequest,
    SessionStartRequest,
    TokenParameterRequest,
)

SITE, NAME, PASSWORD, SERVICE, SECRET = sys.argv[1:]


def who(client: AuthenticatedClient | Client) -> str:
    """Ask who is logged in; a refusal says what helps."""
    answer = account_me.sync(client=client)
    if isinstance(answer, Me):
        return f"{answer.username} by {answer.carrier}"
    return f"refused: {answer.action}"


def by_cookie() -> Iterator[str]:
    """Log in by cookie, ask, log out and ask again. The client keeps cookies like a browser."""
    with Client(SITE, raise_on_unexpected_status=True) as client:
        csrf = session_csrf.sync(client=client).csrf_token
        body = SessionStartRequest(NAME, PASSWORD)
        started = session_login.sync(client=client, body=body, x_csrf_token=csrf)
        yield who(client)
        session_logout.sync_detailed(client=client, x_csrf_token=started.csrf_token)
        yield who(client)


def bearer(access: str) -> AuthenticatedClient:
    """A client that sends an access token."""
    return AuthenticatedClient(SITE, access, raise_on_unexpected_status=True)


def by_token() -> Iterator[str]:
    """Log in by token, ask, refresh, verify, end another login, log out and ask again."""
    anybody = Client(SITE, raise_on_unexpected_status=True)
    pair = token_obtain.sync(client=anybody, body=NamePasswordRequest(NAME, PASSWORD))
    yield who(bearer(pair.access))
    pair = token_refresh.sync(client=anybody, body=RefreshRequest(pair.refresh))
    yield who(bearer(pair.access))
    verified = token_verify.sync_detailed(client=anybody, body=AnyTokenRequest(pair.access))
    yield f"verified: {verified.status_code}"
    yield introspected(pair.access)
    token_obtain.sync(client=anybody, body=NamePasswordRequest(NAME, PASSWORD))
    yield from without_the_other(bearer(pair.access))
    token_blacklist.sync(client=anybody, body=RefreshRequest(pair.refresh))
    yield who(bearer(pair.access))
    yield introspected(pair.access)


def without_the_other(client: AuthenticatedClient) -> Iterator[str]:
    """End the login of another device, and list all; the one that asks comes first."""
    _, other, *_ = account_logins.sync(client=client)
    password = ConfirmationRequest(PASSWORD)
    account_end_login.sync_detailed(other.id, client=client, body=password)
    for login in account_logins.sync(client=client):
        yield f"{login.carrier}: {login.end_reason or 'live'}"


def introspected(token: str) -> str:
    """What a resource server is told about a token."""
    basic = b64encode(f"{SERVICE}:{SECRET}".encode()).decode()
    client = AuthenticatedClient(SITE, basic, prefix="Basic", raise_on_unexpected_status=True)
    found = oauth_introspect.sync(client=client, body=TokenParameterRequest(token))
    return f"active: {found.username}" if found.active else "inactive"


if __name__ == "__main__":
    print(*by_cookie(), *by_token(), sep="\n")  # noqa: T201
