"""A walk: all of it or a part, left in the middle and gone on with, a page opened twice."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django.utils.html import escape
from pytest_django.fixtures import Settings

from accounts.attacks import Attack, attacks
from accounts.attacks.stage.hosts import Party
from accounts.attacks.stage.plays import page_reached
from accounts.attacks.stage.stops import stop_url, walk_of
from accounts.models import AttackPlay
from tests.attacks.stage import HOME, VICTIM, at, begin, post

# What is asked and written here is plain; odd input is tried on both in test_fence.py.
pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite")]

PARTS = [(attack, part) for attack in attacks for part in attack.parts()]
each_part = pytest.mark.parametrize(
    ("attack", "part"), PARTS, ids=[f"{attack.slug}-{part}" for attack, part in PARTS]
)
PLAYS = "/api/attacks/plays/"
PAGE = "/attacks/script-in-a-comment/"


def opened(play: AttackPlay, number: int) -> int:
    """Ask for a page of the walk at its host."""
    address = urlsplit(stop_url(play, walk_of(play), number))
    return Client(headers={"host": address.netloc}).get(address.path).status_code


def visitor() -> Client:
    return Client(headers={"host": urlsplit(HOME).netloc})


def begun(client: Client, **chosen: object) -> AttackPlay:
    answer = post(client, PLAYS, {"attack": "script-in-a-comment", **chosen})
    assert answer.status_code == 201
    return AttackPlay.objects.get(pk=answer.json()["id"])


@each_part
def test_a_part_is_a_shorter_walk_with_its_rows_alone(
    attack: type[Attack], part: str, settings: Settings
) -> None:
    settings.ATTACKS_PORT = 8001
    whole, play = begin(attack.slug), begin(attack.slug, part=part)
    walk = walk_of(play)
    assert 0 < len(walk) < len(walk_of(whole))
    rows, all_rows = ([row.title for row in attack().result(one, []).rows] for one in (play, whole))
    assert 0 < len(rows) < len(all_rows)
    assert [title for title in all_rows if title in rows] == rows
    assert [opened(play, number) for number in range(len(walk) + 1)] == [200] * len(walk) + [302]
    assert attack().result(play, play.seen()).solved == ""


@each_part
def test_the_page_offers_a_part_with_its_steps(attack: type[Attack], part: str) -> None:
    page = visitor().get(f"/attacks/{attack.slug}/").content.decode()
    assert re.search(rf'<option value="{part}".*\d+ steps?\)', page)


@pytest.mark.parametrize("attack", attacks, ids=lambda attack: attack.slug)
def test_a_page_of_the_walk_says_its_words_in_one_paragraph(attack: type[Attack]) -> None:
    play = begin(attack.slug)
    for number, stop in enumerate(walk_of(play)):
        if "says" in stop.data:
            address = urlsplit(stop_url(play, walk_of(play), number))
            page = Client(headers={"host": address.netloc}).get(address.path).content.decode()
            assert f"<p>{escape(stop.data['says'])}</p>" in page


def test_the_page_after_a_form_says_what_the_form_has_done() -> None:
    play = begin("another-sites-form", part="thief")
    shop, order = at(Party.SHOP), f"/{play.pk}/at/order/?by=form&from=thief"
    for cookies, said in ((True, "by 5 of 6 logins: no SameSite;"), (False, "by 0 of 6 logins.")):
        opened(play, 0)
        post(shop, f"/{play.pk}/at/jar/")
        opened(play, 1)
        (shop if cookies else at(Party.SHOP)).post(order)
        page = at(Party.THIEF).get(f"/{play.pk}/stop/2/").content.decode()
        assert f"The shop got the form. It ordered a lamp {said}" in page


@pytest.mark.parametrize(
    ("defences", "said"),
    [
        ([], "The thief’s form: the shop logged the thief’s account in."),
        (["origin"], "The thief’s form: refused for its Origin."),
    ],
)
def test_the_shop_says_what_it_did_with_the_log_in_form(defences: list[str], said: str) -> None:
    play = begin("logged-in-as-somebody-else", defences)
    shop, root = at(Party.SHOP), f"/{play.pk}/session-cookie/"
    post(shop, f"{root}login/", VICTIM)
    path = f"/{play.pk}/at/log-in/?house=session-cookie&to=2"
    shop.post(path, {"username": "attacker", "password": "dark-and-quiet"})
    assert said in shop.get(f"/{play.pk}/stop/2/").content.decode()


def test_there_is_no_part_that_the_attack_does_not_have() -> None:
    odd: list[object] = ["nowhere", "another-sites-form", "x" * 61, "\x00", 7, []]
    for part in odd:
        answer = post(visitor(), PLAYS, {"attack": "script-in-a-comment", "part": part})
        assert answer.status_code == 400, part
        assert "part" in str(answer.json())


def test_who_leaves_in_the_middle_can_go_on_there() -> None:
    client = visitor()
    play = begun(client)
    assert "Go on where you were" not in client.get(PAGE).content.decode()  # nothing was opened
    for number in range(5):
        opened(play, number)
    for address in (PAGE, play.get_absolute_url()):
        page = client.get(address).content.decode()
        assert "step 5 of 18" in page
        assert f'href="http://shop.localhost:8000/{play.pk}/stop/4/"' in page


def test_nobody_else_is_led_into_it() -> None:
    play = begun(visitor())
    opened(play, 0)
    assert "Go on where you were" not in visitor().get(play.get_absolute_url()).content.decode()


def test_what_is_over_or_an_hour_old_is_not_gone_on_with() -> None:
    client = visitor()
    play = begun(client, part="variable")
    opened(play, 2)
    assert "step 3 of 3" in client.get(PAGE).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        assert "Go on where you were" not in client.get(PAGE).content.decode()
    opened(play, 3)
    assert "Go on where you were" not in client.get(PAGE).content.decode()


def test_a_page_that_is_opened_again_counts_nothing_twice() -> None:
    play = begin(part="session-cookie")
    shop, root = at(Party.SHOP), f"/{play.pk}/session-cookie/"
    opened(play, 0)
    post(shop, f"{root}login/", VICTIM)
    for _ in range(2):
        opened(play, 1)
        for _ in range(3):
            post(shop, f"{root}order/", {"item": "gold lamp"})
    assert [act.name for act in play.seen()] == ["log-in", "order", "order", "order"]
    assert page_reached(play) == 1
    opened(play, 0)
    assert play.seen() == []
