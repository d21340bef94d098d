"""Attacks that happen on servers alone: what comes in with each check off, and who is everybody."""

import pytest
from django.test import Client

from accounts.attacks import Attack, attacks
from accounts.attacks._base import Result, Row
from accounts.attacks.another_sites_form import HEADER, HEADER_TITLE, JARS
from accounts.attacks.forged_token import FORGERIES
from accounts.attacks.guessed_secret import secret_of, words
from accounts.attacks.stage import thief
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.houses import HOUSES
from accounts.attacks.stage.verifier import CHECKS
from accounts.models import AttackPlay
from tests.attacks.stage import VICTIM, at, begin, post

# What is odd in a request is tried on both in test_fence.py.
pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]


def result(play: AttackPlay) -> Result:
    return attacks[play.attack]().result(play, play.seen())


def lost(rows: list[Row], column: int = 0) -> list[str]:
    return [row.title for row in rows if row.cells[column].went_well is False]


def forged(*off: str) -> Result:
    play = begin("forged-token", off)
    assert post(at(Party.THIEF), f"/{play.pk}/at/send/").status_code == 200
    return result(play)


def test_with_all_checks_no_forged_token_comes_in() -> None:
    found = forged()
    assert lost([*found.rows]) == []
    assert len(found.rows) == len(FORGERIES)
    assert found.solved == ""


@pytest.mark.parametrize(
    ("check", "comes_in"),
    [
        ("algorithm", ["No signature at all", "Signed with the public key"]),
        ("key-id", ["kid names an empty file"]),
        ("own-key", ["The thief’s own key in the header"]),
        ("key-address", ["The address of the thief’s key"]),
        ("signature", ["Another name in the payload"]),
        ("issuer", ["From another site"]),
        ("audience", ["Made for another service"]),
        ("purpose", ["A refresh token"]),
        ("expired", ["Expired"]),
        ("begun", ["Valid from tomorrow"]),
        ("lifetime", ["Valid for ten years"]),
        ("login", ["Of a login that has ended"]),
        ("type", ["A log-out message"]),
        ("times", ["Without an end"]),
        ("user", ["Of an account that was deleted"]),
        ("account", ["Of an account that was disabled"]),
        ("version", ["From before a log-out everywhere"]),
    ],
)
def test_without_a_check_what_it_stops_comes_in_and_nothing_else(
    check: str, comes_in: list[str]
) -> None:
    found = forged(check)
    titles = lost([*found.rows])
    assert len(titles) == len(comes_in)
    assert all(map(str.startswith, titles, comes_in))
    assert "Goal reached" in found.solved


def test_each_check_stops_something() -> None:
    found = forged(*(check.slug for check in CHECKS))
    assert lost([*found.rows]) == [*FORGERIES]
    assert found.solved == ""  # one check, not all


def test_a_token_in_a_header_comes_along_with_the_shops_own_request_alone() -> None:
    play, shop = begin("another-sites-form"), at(Party.SHOP)
    token = post(shop, f"/{play.pk}/at/jar/").json()["access"]
    orders = f"/{play.pk}/at/order/"
    shop.post(f"{orders}?by=own", headers={"authorization": f"Bearer {token}"})
    shop.post(f"{orders}?by=form&from=sibling")
    own, form = (act.facts["arrived"] for act in play.acts.order_by("pk"))
    cookies = [*(jar.slug for jar in JARS)]
    assert (own, form) == ([*cookies, HEADER], cookies)
    rows = {row.title: row.cells[0] for row in result(play).rows if row.group == "A sibling host"}
    assert rows["A sibling host: SameSite=Strict"].words == "ordered a lamp"
    assert rows[f"A sibling host: {HEADER_TITLE}"].words == "no header comes along"
    assert "A token in a header never came along." in result(play).sentence


def test_a_token_that_the_shop_never_gave_is_none(db: None) -> None:
    play, shop = begin("another-sites-form"), at(Party.SHOP)
    other = post(shop, f"/{begin('another-sites-form').pk}/at/jar/").json()["access"]
    for token in ("", "x", other):
        path = f"/{play.pk}/at/order/?by=form&from=thief"
        shop.post(path, headers={"authorization": f"Bearer {token}"})
    assert [act.facts["arrived"] for act in play.acts.all()] == [[], [], []]


def test_who_has_the_secret_or_the_keys_in_clear_is_everybody() -> None:
    play = begin("leaked-secret")
    assert post(at(Party.THIEF), f"/{play.pk}/at/try/").status_code == 200
    cells = [(row.cells[0].words, row.cells[1].words) for row in result(play).rows]
    assert cells == [
        ("20 of 20", "0"),
        ("0 of 20", "0"),
        ("0 of 20", "0"),
        ("20 of 20", "0"),
        ("0 of 20", "0"),
    ]
    assert "In 2 of 5 shops" in result(play).sentence


def test_only_who_tells_the_secret_has_found_it() -> None:
    play = begin("guessed-secret")
    assert secret_of(play, "word") in words()
    for secret in ("", "wrong", 7):
        told = {"secret": secret, "tried": 10, "seconds": 2}
        assert post(at(Party.THIEF), f"/{play.pk}/at/found/?way=word", told).status_code == 200
        assert result(play).solved == ""
    told = {"secret": secret_of(play, "word"), "tried": 10, "seconds": "x"}
    post(at(Party.THIEF), f"/{play.pk}/at/found/?way=word", told)
    assert "the thief can sign as admin" in result(play).solved


@pytest.mark.parametrize("attack", attacks, ids=lambda attack: attack.slug)
def test_a_play_that_was_left_in_the_middle_says_so(attack: type[Attack]) -> None:
    play = begin(attack.slug)
    found = result(play)
    assert found.rows
    assert all(cell.went_well is not False for row in found.rows for cell in row.cells)
    assert found.solved == ""


# What the views of an attack tell apart.
WAYS = {
    "guessed-secret": ("word",),
    "leaked-secret": ("plain", "digests"),
    "planted-cookie": ("session", "jwt"),
    "stolen-refresh-token": ("plain",),
    "token-in-an-address": ("query", "fragment", "code"),
    "tossed-cookie": ("plain",),
}


@pytest.mark.django_db(transaction=True)  # the thief's server is a client, and closes connections
@pytest.mark.parametrize("attack", attacks, ids=lambda attack: attack.slug)
def test_what_strangers_send_to_a_play_breaks_no_result(
    attack: type[Attack], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thief, "ORDERS", 2)  # each breaks a result as twenty would
    play = begin(attack.slug)
    for house in (*(house.slug for house in HOUSES), "nowhere"):
        for action in ("login", "refresh", "order"):
            post(at(Party.SHOP), f"/{play.pk}/{house}/{action}/", VICTIM)
        post(at(Party.THIEF), f"/{play.pk}/{house}/loot/", {"token": "x"})
        post(at(Party.THIEF), f"/{play.pk}/{house}/use/")
    for name in attack.views:
        for way in ("", "nowhere", *WAYS.get(attack.slug, ())):
            for party in (Party.SHOP, Party.THIEF):
                post(at(party), f"/{play.pk}/at/{name}/?way={way}&house=jwt-cookie")
    page = Client(headers={"host": "127.0.0.1:8000"}).get(play.get_absolute_url())
    assert page.status_code == 200
