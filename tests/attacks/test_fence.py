"""Nothing of the shop is accepted by the site, nothing of the site by the shop."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.attacks.stage import plays, thief
from accounts.attacks.stage.fence import Fence
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.houses import HOUSES, House
from accounts.models import AttackPlay, Loot, User
from accounts.models.pruning import prunables, prune
from tests.attacks.stage import VICTIM, at, begin, post
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db

VICTIM_WITH_ODD_KEY = json.dumps(
    {**VICTIM, "jwk": {"kty": "EC", "crv": "P-256", "x": 7, "y": []}}
).encode()
ATTACK = {"attack": "script-in-a-comment"}
# A public key of RFC 7515's examples (appendix A.3): only its form matters here.
X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"


@pytest.fixture
def play() -> AttackPlay:
    return begin()


@pytest.mark.parametrize("party", [Party.SHOP, Party.THIEF], ids=str)
def test_no_page_of_the_theatre_can_be_framed(party: Party) -> None:
    policy = at(party).get("/nothing/").headers["Content-Security-Policy"]
    assert policy == "frame-ancestors 'none'"


def site_cookies(client: Client) -> dict[str, str]:
    return {name: morsel.value for name, morsel in client.cookies.items()}


@pytest.mark.parametrize("house", HOUSES, ids=lambda house: house.slug)
def test_a_login_of_the_shop_is_nobody_at_the_site(house: type[House], play: AttackPlay) -> None:
    shop, root = at(Party.SHOP), f"/{play.pk}/{house.slug}/"
    jwk = {"kty": "EC", "crv": "P-256", "x": X, "y": Y}
    answer = post(shop, f"{root}login/", {**VICTIM, "jwk": jwk})
    assert answer.status_code == 200
    for token in answer.json().values():
        me = Client().get("/api/me/", headers={"authorization": f"Bearer {token}"})
        assert me.status_code == 401
        refreshed = Client().post("/api/token/refresh/", {"refresh": token}, "application/json")
        assert refreshed.status_code == 401
    for name, value in site_cookies(shop).items():
        site = Client()
        for own in (name, settings.SESSION_COOKIE_NAME):
            site.cookies[own] = value
        assert site.get("/api/me/").status_code == 401


def test_a_login_of_the_site_is_nobody_in_the_shop(play: AttackPlay, alice: User) -> None:
    site = Client()
    pair = site.post(
        "/api/token/", {"username": "alice", "password": PASSWORD}, "application/json"
    ).json()
    site.force_login(alice)
    for house in HOUSES:
        shop = at(Party.SHOP)
        for name in ("shop", "shop_refresh", settings.SESSION_COOKIE_NAME):
            shop.cookies[name] = pair["access"]
        for credential in (*pair.values(), *site_cookies(site).values()):
            for scheme in ("Bearer", "DPoP"):
                path = f"/{play.pk}/{house.slug}/order/"
                assert post(shop, path, authorization=f"{scheme} {credential}").status_code == 401


def test_a_login_of_one_play_or_house_is_nobody_in_another(play: AttackPlay) -> None:
    tokens = post(at(Party.SHOP), f"/{play.pk}/local-storage/login/", VICTIM).json()
    bearer = f"Bearer {tokens['access']}"
    own, other, elsewhere = (
        post(at(Party.SHOP), f"/{one}/{house}/order/", authorization=bearer).status_code
        for one, house in (
            (play.pk, "local-storage"),
            (play.pk, "variable"),
            (begin().pk, "local-storage"),
        )
    )
    assert (own, other, elsewhere) == (200, 401, 401)


@pytest.mark.parametrize("party", [Party.SHOP, Party.THIEF, Party.SIBLING])
def test_the_hosts_of_the_theatre_know_no_page_of_the_site(party: Party) -> None:
    for path in ("/", "/lab/", "/login/", "/api/me/", "/admin/", "/.well-known/jwks.json"):
        assert at(party).get(path).status_code == 404


def test_the_site_knows_no_page_of_the_theatre(play: AttackPlay) -> None:
    for path in (f"/{play.pk}/stop/0/", "/x.js", "/hello.svg"):
        assert Client().get(path).status_code == 404
    assert post(Client(), f"/{play.pk}/local-storage/login/", VICTIM).status_code == 404


def test_where_the_theatre_is_off_its_hosts_are_as_unknown_as_any(
    settings: Settings, play: AttackPlay
) -> None:
    settings.ATTACKS = False
    for path in ("/", f"/{play.pk}/stop/0/"):
        assert at(Party.SHOP).get(path).status_code == 400
    begun = post(Client(headers={"host": "127.0.0.1"}), "/api/attacks/plays/", ATTACK)
    assert begun.status_code == 404
    assert "was started without" in Client().get("/attacks/script-in-a-comment/").content.decode()


def test_whoever_comes_over_the_network_is_told_where_it_plays(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["192.0.2.7"]
    far = Client(headers={"host": "192.0.2.7"})
    page = far.get("/attacks/script-in-a-comment/").content.decode()
    assert "on the machine that the server runs on" in page
    assert 'href="#play"' not in page
    assert post(far, "/api/attacks/plays/", ATTACK).status_code == 404


def test_the_sites_headers_are_what_they_were() -> None:
    plain, attack = Client().get("/lab/"), Client(headers={"host": "127.0.0.1:8000"})
    listed = attack.get("/attacks/")
    one = attack.get("/attacks/script-in-a-comment/")
    assert one.content.count(b'href="#play"') == one.content.count(b'id="play"') == 1
    name = "Content-Security-Policy"
    assert listed[name] == plain[name]
    assert one[name] == plain[name].replace("data:", "data: http://shop.localhost:8000")
    different = {key for key in plain.headers if plain.headers[key] != one.headers.get(key)} - {
        "Content-Length",
        name,
    }
    assert different == set()


def test_the_shops_headers_are_as_weak_as_the_visitor_chose() -> None:
    weak, strict = (
        at(Party.SHOP).get(f"/{begin(defences=on).pk}/stop/0/")["Content-Security-Policy"]
        for on in ((), ("policy",))
    )
    assert "script" not in weak
    assert "default-src" not in weak
    assert "default-src 'self'" in strict


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("local-storage/login/", b"{", 400),
        ("local-storage/login/", b"[1]", 400),
        ("local-storage/login/", b"\xff", 400),
        ("local-storage/login/", b"[" * 5000, 400),
        ("local-storage/order/", b'{"item": "\\u0000"}', 400),
        ("local-storage/order/", b'{"item": "\\ud800"}', 400),
        ("local-storage/order/", b'{"item": NaN}', 400),
        ("local-storage/order/", b'{"item": ' + b"1" * 5000 + b"}", 400),
        ("bound-key/login/", VICTIM_WITH_ODD_KEY, 400),
        ("local-storage/login/", b'{"username": {}, "password": []}', 401),
        ("local-storage/login/", b'{"username": "victim", "password": "x"}', 401),
        ("bound-key/login/", b'{"username": "victim", "password": "lamp-and-light"}', 400),
        ("local-storage/refresh/", b'{"refresh": 7}', 401),
        ("session-cookie/refresh/", b"{}", 401),
        ("local-storage/order/", b'{"item": 7}', 401),
        ("nowhere/login/", b"{}", 404),
        ("at/nowhere/", b"{}", 404),
        ("stop/999/", b"", 404),
    ],
)
def test_bad_input_at_the_shop_is_refused_in_words(
    play: AttackPlay, path: str, body: bytes, status: int
) -> None:
    answer = at(Party.SHOP).post(f"/{play.pk}/{path}", body, content_type="text/plain")
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_what_the_thief_is_sent_has_a_limit_and_must_be_json(play: AttackPlay) -> None:
    thief, path = at(Party.THIEF), f"/{play.pk}/local-storage/loot/"
    assert post(thief, path, {"token": "x" * 40_000}).status_code == 413
    assert thief.post(path, b"{", content_type="text/plain").status_code == 400
    assert thief.get(path).status_code == 405
    sent: list[dict[str, Any]] = [
        {"token": "a\nb"},
        {"proofs": [7], "token": "x"},
        {"cookie": {}},
        {"token": "é"},
    ]
    for found in sent:
        assert post(thief, path, found).status_code == 204
    used = post(thief, f"/{play.pk}/local-storage/use/").json()
    assert (used["ordered"], used["loot"]) == (0, 4)


@pytest.mark.parametrize(
    ("attack", "address"),
    [
        ("another-sites-form", "order/?by=%00&from=%00"),
        ("token-in-an-address", "advert/?way=%00"),
        ("tossed-cookie", "order/?way=%00"),
        ("planted-cookie", "use/?way=%00"),
    ],
)
def test_odd_addresses_of_an_attack_are_answered(attack: str, address: str) -> None:
    play = begin(attack)
    referer = f"http://shop.localhost:8000/{play.pk}/stop/1/?token=%00"
    for party in (Party.SHOP, Party.THIEF):
        answer = post(at(party), f"/{play.pk}/at/{address}", referer=referer)
        assert answer.status_code < 400
    assert not Loot.objects.exists()


def test_numbers_that_a_browser_makes_up_are_bounded() -> None:
    play = begin("guessed-secret")
    for tried in (10**400, 1e300, -1, "x", None):
        told = {"tried": tried, "seconds": 1e-300, "secret": "x"}
        assert post(at(Party.THIEF), f"/{play.pk}/at/found/?way=word", told).status_code == 200
    assert {act.facts["tried"] for act in play.acts.all()} == {0, 10**9}


def test_a_play_has_only_so_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plays, "MAX_ROWS", 7)
    jar = begin("another-sites-form")
    codes = [post(at(Party.SHOP), f"/{jar.pk}/at/jar/").status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    loot = f"/{begin().pk}/local-storage/loot/"
    codes = [post(at(Party.THIEF), loot, {"token": "x"}).status_code for _ in range(8)]
    assert codes == [204] * 7 + [429]


def test_a_play_has_only_so_many_acts(monkeypatch: pytest.MonkeyPatch, play: AttackPlay) -> None:
    monkeypatch.setattr(plays, "MAX_ACTS", 2)
    codes = [
        post(at(Party.SHOP), f"/{play.pk}/local-storage/login/", VICTIM).status_code
        for _ in range(3)
    ]
    assert codes == [200, 200, 429]


def test_a_play_has_room_for_all_orders_and_for_the_proofs_that_are_stolen(
    play: AttackPlay,
) -> None:
    orders = 2 * thief.ORDERS  # in each house, beside a log-in, loot and a few pages
    assert len(HOUSES) * (orders + 10) < plays.MAX_ACTS
    loot = {"token": "x" * 700, "proofs": ["x" * 700] * thief.ORDERS}
    path = f"/{play.pk}/bound-key/loot/"
    assert post(at(Party.THIEF), path, loot).status_code == 204


def test_what_was_stolen_goes_within_the_hour_and_the_play_when_its_link_does(
    play: AttackPlay,
) -> None:
    post(at(Party.THIEF), f"/{play.pk}/local-storage/loot/", {"token": "x"})
    for delay, left in (
        (timedelta(minutes=59), (1, 1)),
        (timedelta(minutes=61), (0, 1)),
        (settings.LAB_RUN_LIFETIME + timedelta(minutes=1), (0, 0)),
    ):
        with time_machine.travel(timezone.now() + delay, tick=False):
            for one in prunables():
                list(prune(one))
        assert (Loot.objects.count(), AttackPlay.objects.count()) == left


def test_no_credential_is_written_down_but_by_the_thief(play: AttackPlay) -> None:
    token = post(at(Party.SHOP), f"/{play.pk}/local-storage/login/", VICTIM).json()["access"]
    post(at(Party.THIEF), f"/{play.pk}/local-storage/loot/", {"token": token, "kind": "x"})
    told = str([act.facts for act in play.acts.all()])
    assert token not in told
    assert f"{token[:4]}…{token[-3:]}" in told


def test_the_fence_is_outside_of_everything_that_logs_in() -> None:
    order = [*settings.MIDDLEWARE]
    name = f"{Fence.__module__}.{Fence.__qualname__}"
    assert order.index(name) < min(
        order.index(one) for one in order if "ession" in one or "csrf" in one or "login" in one
    )
