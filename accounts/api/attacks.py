"""The attacks: what can be played, begin a play, and what came of it."""

import uuid
from dataclasses import asdict
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.lab.lines import visitor_counted
from accounts.api.views import PublicApiView, valid
from accounts.attacks import Attack, attacks
from accounts.attacks.stage.hosts import is_on_own_machine
from accounts.attacks.stage.plays import play_begin
from accounts.attacks.stage.stops import stop_url, walk_of
from accounts.lab.visitors import visitor_remember
from accounts.models import AttackPlay
from accounts.site import throttle
from accounts.site.clients import client_ip, throttle_key
from accounts.site.devices import device
from accounts.site.throttle import Limit


class DefenceAnswer(drf.Serializer[None]):
    """A switch of the shop."""

    slug = drf.SlugField()
    title = drf.CharField()
    explanation = drf.CharField()
    is_defence = drf.BooleanField(
        help_text="False: it changes when the thief comes, and nothing at the shop."
    )


class ReadingAnswer(drf.Serializer[None]):
    """Where the attack is described."""

    title = drf.CharField()
    url = drf.URLField()


class PartAnswer(drf.Serializer[None]):
    """What of an attack can be played alone."""

    slug = drf.SlugField()
    title = drf.CharField()


class AttackAnswer(drf.Serializer[None]):
    """An attack that a browser can play."""

    slug = drf.SlugField()
    title = drf.CharField()
    known_as = drf.CharField(help_text="Its name in the field.")
    goal = drf.CharField()
    caveat = drf.CharField()
    readings = ReadingAnswer(many=True)
    parts = PartAnswer(many=True)
    defences = DefenceAnswer(many=True)


class CellAnswer(drf.Serializer[None]):
    """What came of one thing."""

    words = drf.CharField()
    went_well = drf.BooleanField(allow_null=True, help_text="For the owner.")
    share = drf.FloatField(
        allow_null=True, help_text="Of what was tried, how much the thief got: 0 to 1."
    )


class SpendAnswer(drf.Serializer[None]):
    """Somebody showed a refresh token."""

    by = drf.ChoiceField(["owner", "thief"])
    token = drf.IntegerField(help_text="Numbered in the order in which they were made.")
    given = drf.IntegerField(help_text="The one that was given for it; 0: none.")
    refused = drf.CharField(help_text="A code; empty where it was accepted.")


class RowAnswer(drf.Serializer[None]):
    """What came of one house, cookie or forgery."""

    title = drf.CharField()
    family = drf.CharField()
    cells = CellAnswer(many=True)
    transcript = drf.ListField(child=drf.CharField())
    group = drf.CharField(help_text="What several rows have in common; empty for most.")
    spends = SpendAnswer(many=True)


class ResultAnswer(drf.Serializer[None]):
    """The table and the sentence of a play."""

    columns = drf.ListField(child=drf.CharField())
    rows = RowAnswer(many=True)
    sentence = drf.CharField()
    solved = drf.CharField(help_text="Why it counts as solved; empty where it does not.")


class PlayAnswer(drf.Serializer[None]):
    """A play, and what came of it so far."""

    id = drf.UUIDField()
    attack = drf.SlugField()
    part = drf.CharField(help_text="What of it is played alone; empty: all.")
    defences = drf.ListField(child=drf.SlugField())
    browser = drf.CharField()
    created = drf.DateTimeField()
    url = drf.CharField(help_text="The page of its result: a permanent link.")
    start = drf.URLField(help_text="Where the walk begins, at a host of the theatre.")
    result = ResultAnswer()


class ChosenPlay(drf.Serializer[None]):
    """Which attack to play, all of it or a part, against which defences."""

    attack = drf.SlugField(max_length=60)
    part = drf.SlugField(max_length=60, required=False, allow_blank=True)
    defences = drf.ListField(child=drf.SlugField(max_length=40), max_length=20, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an attack, a part or a defence that there is none of."""
        if attrs["attack"] not in attacks:
            raise drf.ValidationError({"attack": "There is no such attack."}, code="unknown")
        if attrs.setdefault("part", "") not in {"", *attacks[attrs["attack"]].parts()}:
            raise drf.ValidationError({"part": "This attack has no such part."}, code="unknown")
        known = {one.slug for one in attacks[attrs["attack"]].defences}
        if unknown := set(attrs.setdefault("defences", [])) - known:
            text = f"This attack has no defence called {min(unknown)}."
            raise drf.ValidationError({"defences": text}, code="unknown")
        return attrs


class Attacks(PublicApiView):
    """All attacks."""

    @extend_schema("attack_list", responses={200: AttackAnswer(many=True)})
    def get(self, request: Request) -> Response:
        """What a thief does, and what the shop can do about it."""
        return Response([_attack(one) for one in attacks])


def _attack(one: type[Attack]) -> dict[str, Any]:
    names = ("slug", "title", "known_as", "goal", "caveat")
    return {
        **{name: getattr(one, name) for name in names},
        "readings": [asdict(reading) for reading in one.readings],
        "parts": [{"slug": slug, "title": title} for slug, title in one.parts().items()],
        "defences": [asdict(defence) for defence in one.defences],
    }


class AttackPlays(PublicApiView):
    """Plays."""

    @extend_schema(
        "attack_play",
        request=ChosenPlay,
        responses={201: PlayAnswer, 404: serializers.Problem, 429: serializers.Problem},
    )
    def post(self, request: Request) -> Response:
        """Begin a play. Its walk goes through pages of the theatre's hosts, in a browser."""
        chosen = valid(ChosenPlay, request)
        throttle.take(Limit("attack-plays", throttle_key(client_ip(request._request))))
        if not (settings.ATTACKS and is_on_own_machine(request._request)):
            raise NotFound("The theatre plays on the server's own machine, with ATTACKS=1")
        visitor = visitor_counted(request._request)
        kept = play_begin(
            chosen["attack"],
            chosen["defences"],
            part=chosen["part"],
            visitor=visitor,
            home=f"{request.scheme}://{request.get_host()}",
            browser=str(device(request.META.get("HTTP_USER_AGENT", "")))[:80],
        )
        answer = Response(_play(kept), status=201)
        visitor_remember(answer, visitor)
        return answer


def _play(kept: AttackPlay) -> dict[str, Any]:
    result = attacks[kept.attack]().result(kept, kept.seen())
    return {
        "id": kept.pk,
        "attack": kept.attack,
        "part": kept.part,
        "defences": kept.defences,
        "browser": kept.browser,
        "created": kept.created,
        "url": kept.get_absolute_url(),
        "start": stop_url(kept, walk_of(kept), 0),
        "result": asdict(result),
    }


class AttackPlayDetail(PublicApiView):
    """A play."""

    @extend_schema("attack_result", responses={200: PlayAnswer, 404: serializers.Problem})
    def get(self, request: Request, play_id: uuid.UUID) -> Response:
        """What came of a play so far, for whoever has its id."""
        kept = AttackPlay.objects.filter(pk=play_id).first()
        if kept is None or kept.attack not in attacks:
            raise NotFound("There is no such play, or it was pruned")
        return Response(_play(kept))
