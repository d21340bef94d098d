"""What a relying party takes for a logout token, and what it ends."""

from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from accounts.cluster.single_sign_on import Provider, RelyingParty


@pytest.fixture(scope="module")
def provider() -> Provider:
    return Provider()


@pytest.fixture
def party(provider: Provider, tmp_path: Path) -> RelyingParty:
    return RelyingParty(provider.environment("shop", str(tmp_path / "sessions.sqlite3")))


def post(party: RelyingParty, path: str, **form: str) -> tuple[str, str]:
    statuses: list[str] = []
    body = urlencode(form).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "wsgi.input": BytesIO(body),
    }
    answer = party(environ, lambda status, _: statuses.append(status))
    return statuses[0], b"".join(answer).decode()


def test_a_log_out_ends_the_login_that_it_names_and_no_other(
    provider: Provider, party: RelyingParty
) -> None:
    first, second = (
        post(party, "/login/", id_token=provider.id_token("shop", sid))[1] for sid in ("a", "b")
    )
    token = provider.logout_token("shop", "a")
    assert post(party, "/backchannel-logout/", logout_token=token) == ("200 OK", "")
    assert not party.is_in(first)
    assert party.is_in(second)
    again = post(party, "/backchannel-logout/", logout_token=token)
    assert again == ("400 Bad Request", ""), "each logout token is good once"


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": "of an ID token"},
        {"events": {}},
        {"events": ["http://schemas.openid.net/event/backchannel-logout"]},
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"sid": None},
        {"jti": None},
    ],
    ids=str,
)
def test_what_is_no_logout_token_ends_nothing(
    provider: Provider, party: RelyingParty, changes: dict[str, Any]
) -> None:
    _, key = post(party, "/login/", id_token=provider.id_token("shop", "a"))
    token = provider.logout_token("shop", "a", changes)
    assert post(party, "/backchannel-logout/", logout_token=token)[0] == "400 Bad Request"
    assert party.is_in(key)


def test_neither_kind_of_token_is_taken_for_the_other(
    provider: Provider, party: RelyingParty
) -> None:
    id_token, logout_token = provider.id_token("shop", "a"), provider.logout_token("shop", "a")
    assert post(party, "/login/", id_token=logout_token)[0] == "400 Bad Request"
    assert post(party, "/backchannel-logout/", logout_token=id_token)[0] == "400 Bad Request"
    other = Provider().id_token("shop", "a")
    assert post(party, "/login/", id_token=other)[0] == "400 Bad Request"


def test_who_keeps_nothing_lets_in_the_token_and_can_end_nothing(provider: Provider) -> None:
    party = RelyingParty(provider.environment("shop"))
    _, key = post(party, "/login/", id_token=provider.id_token("shop", "a"))
    assert party.is_in(key)
    token = provider.logout_token("shop", "a")
    assert post(party, "/backchannel-logout/", logout_token=token)[0] == "400 Bad Request"
    assert party.is_in(key)
    assert not party.is_in("")
