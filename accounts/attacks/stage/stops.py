"""The pages of a walk, each at the host of its party, and the addresses that one attack needs."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from accounts.attacks import Attack, attacks
from accounts.attacks._base import Stop
from accounts.attacks.stage.hosts import Party, origin_of, party_of
from accounts.attacks.stage.plays import page_opened, play_known, room_required
from accounts.models import AttackPlay

# With it, a page runs no script but its own, and sends nothing elsewhere.
STRICT_POLICY = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'"


def attack_of(play: AttackPlay) -> Attack:
    """The attack that is played.

    Raises:
        Http404: it was one of a former version.
    """
    if play.attack not in attacks:
        raise Http404
    return attacks[play.attack]()


def walk_of(play: AttackPlay) -> Sequence[Stop]:
    """The stops of a play's walk."""
    return attack_of(play).walk(play)


def stop_url(play: AttackPlay, walk: Sequence[Stop], number: int) -> str:
    """The address of a stop; the one behind the last leads to the result on the site."""
    party = walk[min(number, len(walk) - 1)].party
    return f"{origin_of(party, play.home)}/{play.pk}/stop/{number}/"


def stop(request: HttpRequest, play_id: uuid.UUID, number: int) -> HttpResponse:
    """One page of the walk."""
    play = play_known(play_id)
    walk = walk_of(play)
    if number > len(walk) or walk[min(number, len(walk) - 1)].party is not party_of(request):
        raise Http404
    page_opened(play, number)
    if number == len(walk):
        return HttpResponseRedirect(f"{play.home}{play.get_absolute_url()}")
    here = walk[number]
    # Without the request: the site's own context has no business here.
    page = render_to_string(here.template, _context(play, walk, number))
    response = HttpResponse(page)
    if here.party is Party.SHOP and "policy" in play.defences:
        response["Content-Security-Policy"] = STRICT_POLICY
    for name, value in attack_of(play).arrived(request, play, here).items():
        response[name] = value
    return response


def _context(play: AttackPlay, walk: Sequence[Stop], number: int) -> dict[str, Any]:
    here = walk[number]
    evil, shop = (origin_of(party, play.home) for party in (Party.THIEF, Party.SHOP))
    told = {
        "play": str(play.pk),
        "house": here.house,
        "next": stop_url(play, walk, number + 1),
        "evil": evil,
        "shop": shop,
        **here.data,
    }
    return {
        "stop": here,
        "so_far": attack_of(play).so_far(play, here),
        "play": play,
        "number": number + 1,
        "total": len(walk),
        "address": f"{origin_of(here.party, play.home)}/",
        "data": told,
        "loot": play.acts.filter(name="loot", house=here.house) if here.party.is_thief else (),
        "is_escaped": "escape" in play.defences,
    }


def onwards(request: HttpRequest, play: AttackPlay) -> HttpResponse:
    """The next page of the walk, where the browser shows what a form or a link is answered.

    ``to`` in the address is the number of that page; without it, a picture of nothing.
    """
    to = request.GET.get("to", "")
    if not (to.isascii() and to.isdigit() and len(to) <= len("99")):
        return HttpResponse('<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml")
    return HttpResponseRedirect(stop_url(play, walk_of(play), int(to)))


def own_view(request: HttpRequest, play_id: uuid.UUID, name: str) -> HttpResponseBase:
    """An address that only this play's attack has."""
    play = play_known(play_id)
    view = attack_of(play).views.get(name)
    if view is None:
        raise Http404
    room_required(play)
    response: HttpResponseBase = view(request, play)
    return response
