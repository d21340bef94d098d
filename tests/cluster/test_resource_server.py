"""The service that cannot ask: what it takes for a token of the site, and when."""

import json
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from accounts.cluster import resource_server
from accounts.cluster.resource_server import CannotAsk, ResourceServer
from accounts.tokens.codec import issue
from accounts.tokens.keys import Key, Keyring
from accounts.tokens.realm import Realm, TokenType

SITE = {"ISSUER_URL": "http://site.example", "ISSUER": "authdemo"}


def new_key() -> Key:
    private = Ed25519PrivateKey.generate()
    return Key.from_pem(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def realm_of(key: Key, **changed: Any) -> Realm:
    realm = Realm(
        name="site",
        issuer="authdemo",
        audience="authdemo:site",
        keyring=Keyring(key),
        pepper=b"x" * 32,
        access_lifetime=timedelta(minutes=5),
        refresh_lifetime=timedelta(hours=1),
        login_lifetime=timedelta(hours=1),
    )
    return replace(realm, **changed)


def token_of(realm: Realm, token_type: TokenType = "access") -> str:
    return issue(
        realm,
        token_type=token_type,
        user_id=7,
        sid=uuid.uuid4(),
        login_expires=datetime.now(UTC) + timedelta(hours=1),
    )


class Site:
    """The site as far as a resource server sees it: keys, or answers about tokens."""

    def __init__(self, key: Key) -> None:
        self.keys = [key]
        self.active = True
        self.is_away = False
        self.asked = 0

    def answer(self, request: Request) -> dict[str, Any]:
        if self.is_away:
            raise CannotAsk
        self.asked += 1
        if request.full_url == "http://site.example/.well-known/jwks.json":
            return {"keys": [key.public() for key in self.keys]}
        assert request.full_url == "http://site.example/oauth/introspect/"
        assert request.get_header("Authorization") == "Basic bmFtZTpzZWNyZXQ="
        known = {"active": True, "sub": "7", "sid": "5", "exp": 1}
        return known if self.active else {"active": False}


@pytest.fixture
def key() -> Key:
    return new_key()


@pytest.fixture
def site(key: Key, monkeypatch: pytest.MonkeyPatch) -> Site:
    found = Site(key)
    monkeypatch.setattr(resource_server, "_json", found.answer)
    return found


def server(**changed: str) -> ResourceServer:
    return ResourceServer(SITE | changed)


def ask(server: ResourceServer, token: str, scheme: str = "Bearer") -> tuple[int, dict[str, Any]]:
    said: list[str] = []
    environ = {"HTTP_AUTHORIZATION": f"{scheme} {token}"}
    [body] = server(environ, lambda status, _headers: said.append(status))
    return int(said[0][:3]), json.loads(body)


def test_it_accepts_what_the_site_has_signed_and_says_whose_it_is(key: Key, site: Site) -> None:
    status, body = ask(server(), token_of(realm_of(key)))
    assert (status, body["user"]) == (200, "7")
    assert site.asked == 1


def test_it_goes_on_without_the_site(key: Key, site: Site) -> None:
    guarded = server(CACHE_SECONDS="0")
    assert ask(guarded, token_of(realm_of(key)))[0] == 200
    site.is_away = True
    assert ask(guarded, token_of(realm_of(key)))[0] == 200


def test_without_ever_having_had_a_key_it_cannot_say(key: Key, site: Site) -> None:
    site.is_away = True
    assert ask(server(), token_of(realm_of(key)))[0] == 503


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"issuer": "other"}, "somebody else"),
        ({"audience": "authdemo:lab"}, "somebody else"),
        ({"access_lifetime": timedelta(seconds=-1)}, "expired"),
    ],
)
def test_a_token_that_is_not_meant_for_it_is_refused(
    key: Key, site: Site, changed: dict[str, Any], reason: str
) -> None:
    status, body = ask(server(), token_of(realm_of(key, **changed)))
    assert status == 401
    assert reason in body["reason"]


def test_a_refresh_token_and_a_strangers_token_are_refused(key: Key, site: Site) -> None:
    assert ask(server(), token_of(realm_of(key), "refresh"))[0] == 401
    assert ask(server(), token_of(realm_of(new_key())))[0] == 401


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "e30.e30.", "bnVsbA.e30.x", "é.é.é"])
def test_what_is_no_token_is_a_401(site: Site, token: str) -> None:
    assert ask(server(), token)[0] == 401


def test_a_secret_that_is_the_public_key_signs_nothing(key: Key, site: Site) -> None:
    public = json.dumps(key.public()).encode()
    confused = Key(key.kid, "HS256", Key.symmetric(public).jwk)
    assert ask(server(), token_of(realm_of(confused)))[0] == 401


def test_another_scheme_is_refused(key: Key, site: Site) -> None:
    assert ask(server(), token_of(realm_of(key)), "Basic")[0] == 401


@pytest.mark.parametrize(
    ("clock", "leeway", "status"),
    [
        ("-10", "0", 401),
        ("-10", "5", 401),
        ("-10", "60", 200),
        ("305", "0", 401),
        ("305", "60", 200),
    ],
)
def test_clocks_may_differ_by_the_leeway(
    key: Key, site: Site, clock: str, leeway: str, status: int
) -> None:
    assert ask(server(CLOCK=clock, LEEWAY=leeway), token_of(realm_of(key)))[0] == status


def test_a_new_key_is_known_once_the_old_ones_have_expired_or_at_once_where_it_asks(
    key: Key, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits, asks = server(CACHE_SECONDS="100"), server(CACHE_SECONDS="100", UNKNOWN_KEY="ask")
    old = token_of(realm_of(key))
    assert [ask(each, old)[0] for each in (waits, asks)] == [200, 200]
    site.keys = [new_key()]
    new = token_of(realm_of(site.keys[0]))
    assert [ask(each, new)[0] for each in (waits, asks)] == [401, 200]
    assert [ask(each, old)[0] for each in (waits, asks)] == [200, 401]
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + 101)
    assert [ask(waits, token)[0] for token in (old, new)] == [401, 200]


ASKING = {"MODE": "introspection", "CREDENTIALS": "name:secret"}


def test_where_it_asks_it_knows_of_a_log_out_at_once(site: Site) -> None:
    asking = server(**ASKING)
    assert ask(asking, "any")[0] == 200
    site.active = False
    assert ask(asking, "any")[0] == 401
    site.is_away = True
    assert ask(asking, "any")[0] == 503


def test_an_answer_that_it_keeps_makes_it_as_blind_as_a_token(site: Site) -> None:
    asking = server(**ASKING, CACHE_SECONDS="100")
    assert ask(asking, "any")[0] == 200
    site.active = False
    site.is_away = True
    assert ask(asking, "any")[0] == 200
    assert ask(asking, "other")[0] == 503
    assert site.asked == 1


def test_it_knows_no_database_and_no_django() -> None:
    source = Path(resource_server.__file__).read_text()
    assert "django" not in source
    assert "from accounts" not in source
