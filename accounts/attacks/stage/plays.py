"""Plays: begun by a visitor, walked through by a browser, kept with what the servers saw."""

import uuid
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import Http404

from accounts.attacks.stage.fence import Refused
from accounts.models import AttackAct, AttackPlay

# Of one play: the longest walk needs a quarter.
MAX_ACTS = 2000
MAX_ROWS = 200


def play_begin(
    attack: str, defences: Sequence[str], *, visitor: uuid.UUID, home: str, browser: str
) -> AttackPlay:
    """A new play; ``home`` is the origin of the site, to which the walk comes back."""
    return AttackPlay.objects.create(
        attack=attack, defences=list(defences), visitor=visitor, home=home, browser=browser
    )


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
