"""The answer for a program: the same ranking and the same sentences as on the page."""

import math
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers as drf
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.answer import sentences
from accounts.answer.facts import Facts, facts
from accounts.answer.opening import opening
from accounts.answer.ranking import Audience, Client, Ranking, Reason, System, rankings
from accounts.answer.tipping import PARAMETERS, tipping_points
from accounts.api import serializers
from accounts.api.references import CLIENT, DATABASE, INVALID
from accounts.api.views import PublicApiView
from accounts.conf import DATABASES, own_database

_DEFAULT = System()
_RANGES = {
    parameter.name: {
        "min_value": parameter.low // parameter.scale,
        "max_value": parameter.high // parameter.scale,
        "default": getattr(_DEFAULT, parameter.name),
    }
    for parameter in PARAMETERS
}


@extend_schema_field(DATABASE)
class _Database(drf.ChoiceField):
    """A database on which the ways were measured."""


@extend_schema_field({"type": "array", "items": CLIENT, "minItems": 1, "default": ["browser"]})
class _Clients(drf.MultipleChoiceField):
    """Clients of a system."""


class SystemQuery(drf.Serializer[None]):
    """A system; what is left out is as on the page."""

    database = _Database(list(DATABASES), required=False, help_text="Measured on which.")
    distance_ms = drf.FloatField(
        **_RANGES["distance_ms"], help_text="Milliseconds to the database and back."
    )
    late_s = drf.IntegerField(
        **_RANGES["late_s"], help_text="Seconds after which a log-out has to count; 0: at once."
    )
    per_hour = drf.IntegerField(**_RANGES["per_hour"], help_text="Requests per user and hour.")
    services = drf.IntegerField(
        **_RANGES["services"], help_text="Services that cannot reach the database."
    )
    header_bytes = drf.IntegerField(
        **_RANGES["header_bytes"], help_text="A credential of more bytes hurts."
    )
    clients = _Clients(
        choices=list(Client),
        default={Client.BROWSER.value},
        allow_empty=False,
        help_text="Who sends requests.",
    )

    def validate_distance_ms(self, value: float) -> float:
        """NaN is neither below the minimum nor above the maximum."""
        if math.isnan(value):
            raise drf.ValidationError("A valid number is required.")
        return value


class AnswerEntry(drf.Serializer[None]):
    """A way that will do, and what a request takes."""

    slug = drf.CharField()
    title = drf.CharField()
    time_us = drf.FloatField(help_text="What a request takes in this system.")
    suits = drf.BooleanField(help_text="It is carried as these clients should carry it.")
    cpu_us = drf.FloatField()
    queries = drf.IntegerField()
    bytes_sent = drf.IntegerField()


class AnswerExcluded(drf.Serializer[None]):
    """A way that will not do, and why."""

    slug = drf.CharField()
    why = drf.ListField(child=drf.ChoiceField(list(Reason)))
    sentences = drf.ListField(child=drf.CharField())


class AnswerTippingPoint(drf.Serializer[None]):
    """What would have to change for another way to win."""

    parameter = drf.ChoiceField([parameter.name for parameter in PARAMETERS])
    value = drf.FloatField()
    is_more = drf.BooleanField()
    winner = drf.CharField(allow_null=True, help_text="Null: no way will do any more.")
    sentence = drf.CharField()


class AnswerRanking(drf.Serializer[None]):
    """The ways in their order for one kind of clients."""

    audience = drf.ChoiceField(list(Audience))
    winner = drf.CharField(allow_null=True, help_text="Null: no way will do.")
    equals = drf.ListField(child=drf.CharField(), help_text="They cost the same as the winner.")
    sentence = drf.CharField()
    jwt = drf.CharField(help_text="Whether a JWT wins, or what would make it win.")
    entries = AnswerEntry(many=True)
    excluded = AnswerExcluded(many=True)
    tipping_points = AnswerTippingPoint(many=True)


class AnswerBody(drf.Serializer[None]):
    """The rankings, one for each kind of clients, and the measured results behind them."""

    answer = drf.CharField()
    database = drf.ChoiceField(list(DATABASES))
    measured = drf.DateTimeField(help_text="When the benchmark was run.")
    played = drf.DateTimeField(help_text="When the matrix was played.")
    benchmark = drf.CharField(help_text="The page of the benchmark.")
    rankings = AnswerRanking(many=True)


class Answer(PublicApiView):
    """Which way to take."""

    @extend_schema(
        "answer_rank",
        parameters=[SystemQuery],
        responses={200: AnswerBody, 400: INVALID, 404: serializers.Problem},
    )
    def get(self, request: Request) -> Response:
        """Rank the ways for a system.

        Each figure is that of the newest benchmark and of the recorded matrix of a database.
        """
        # Partial: what is missing is left out, and the system's own defaults hold.
        checked = SystemQuery(data=request.query_params, partial=True)
        checked.is_valid(raise_exception=True)
        values = dict(checked.validated_data)
        found = facts(values.pop("database", own_database()))
        if found is None:
            raise NotFound("Nothing was measured on this database")
        if "clients" in values:
            values["clients"] = frozenset(map(Client, values["clients"]))
        return Response(_body(found, System(**values)))


def _body(found: Facts, system: System) -> dict[str, Any]:
    first = opening(found)
    return {
        "answer": f"{first.headline} {first.figures}",
        "database": found.kind,
        "measured": found.measured.isoformat(),
        "played": found.matrix.made.isoformat(),
        "benchmark": f"{reverse('benchmarks')}?result={found.result}",
        "rankings": [_ranking(found, system, one) for one in rankings(found.measurements, system)],
    }


def _ranking(found: Facts, system: System, ranking: Ranking) -> dict[str, Any]:
    return {
        "audience": ranking.audience,
        "winner": ranking.winner.candidate.slug if ranking.winner else None,
        "equals": [entry.candidate.slug for entry in ranking.equals],
        "sentence": sentences.recommendation(found, system, ranking),
        "jwt": sentences.when_jwt_wins(found, system, ranking),
        "entries": [
            {
                "slug": entry.candidate.slug,
                "title": entry.candidate.title,
                "time_us": round(entry.time_us, 1),
                "suits": entry.suits,
                "cpu_us": entry.candidate.request.cpu_us,
                "queries": entry.candidate.request.queries,
                "bytes_sent": entry.candidate.bytes_sent,
            }
            for entry in ranking.entries
        ],
        "excluded": [
            {
                "slug": excluded.candidate.slug,
                "why": excluded.why,
                "sentences": sentences.reasons_in_words(excluded, system),
            }
            for excluded in ranking.excluded
        ],
        "tipping_points": [
            {
                "parameter": point.parameter.name,
                "value": point.value,
                "is_more": point.is_more,
                "winner": point.winner.slug if point.winner else None,
                "sentence": sentences.would_change(found, system, ranking.audience, point),
            }
            for point in tipping_points(found.measurements, system, ranking.audience)
        ],
    }
