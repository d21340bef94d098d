"""Plays: begun by a visitor, walked through by a browser, kept with what the servers saw."""

import uuid
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils import timezone

from accounts.attacks.stage.fence import Refused
from accounts.models import AttackAct, AttackPlay

# Of one play: the longest walk needs a quarter.
MAX_ACTS = 2000
MAX_ROWS = 200


def play_begin(
    attack: str,
    defences: Sequence[str],
    *,
    visitor: uuid.UUID,
    home: str,
    browser: str,
    part: str = "",
) -> AttackPlay:
    """A new play; ``home`` is the origin of the site, to which the walk comes back."""
    return AttackPlay.objects.create(
        attack=attack,
        part=part,
        defences=list(defences),
        visitor=visitor,
        home=home,
        browser=browser,
    )


def page_opened(play: AttackPlay, number: int) -> None:
    """Note that a page of the walk is open. Opened again, it takes back what came after it.

    So a page that is loaded once more, or a walk that goes on in the middle, counts nothing twice.
    """
    earlier = play.acts.filter(name=AttackAct.OPENED, facts__number=number).first()
    if earlier:
        play.acts.filter(pk__gte=earlier.pk).delete()
    act_note(play, AttackAct.OPENED, number=number)


def play_left(visitor: uuid.UUID | None, attack: str) -> AttackPlay | None:
    """The newest play of a visitor, as long as what it needs is kept."""
    if visitor is None:
        return None
    since = timezone.now() - settings.LAB_LIFETIME
    plays = AttackPlay.objects.filter(created__gt=since, visitor=visitor, attack=attack)
    return plays.order_by("-created").first()


def page_reached(play: AttackPlay) -> int | None:
    """The number of the page that was opened last, from 0; None: none was."""
    last = play.acts.filter(name=AttackAct.OPENED).order_by("-pk").first()
    return last.facts["number"] if last else None


def play_known(play_id: uuid.UUID) -> AttackPlay:
    """The play of an address of the theatre.

    Raises:
        Http404: there is none.
    """
    try:
        return AttackPlay.objects.get(pk=play_id)
    except AttackPlay.DoesNotExist:
        raise Http404 from None


def room_required(play: AttackPlay) -> None:
    """Let no address of a play make rows without end.

    Raises:
        Refused: this play has more logins and loot than any walk makes.
    """
    if play.logins.count() + play.loot.count() >= MAX_ROWS:
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many_rows", "Begin a new play")


def act_note(play: AttackPlay, name: str, house: str = "", **facts: Any) -> None:
    """Write down what a server saw. No credential may be among the facts.

    Raises:
        Refused: this play has had more acts than any walk needs.
    """
    if play.acts.count() >= MAX_ACTS:
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "too_many_acts", "Begin a new play")
    AttackAct.objects.create(play=play, name=name, house=house, facts=facts)
