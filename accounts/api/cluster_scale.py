"""Past this machine, for a program: the same arithmetic and sentences as on the page."""

import math
from dataclasses import asdict
from http import HTTPStatus
from threading import Lock
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers as drf
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.references import INVALID, SIZE
from accounts.api.views import PublicApiView
from accounts.claims import shipped
from accounts.claims.out_everywhere_is_easy import OutEverywhereIsEasy, us_per_session
from accounts.cluster import scale_words
from accounts.cluster.scale import Breaks, System, Way, figures, limits
from accounts.cluster.scale_check import SEEDS, SIZES, check
from accounts.cluster.scale_facts import DATABASE, Facts, facts
from accounts.cluster.scale_parameters import PARAMETERS, Parameter
from accounts.cluster.scale_shown import ShownCheck

_NOT_MEASURED = "Null: it was not measured."


class _Figure(drf.FloatField):
    """NaN is neither below the least nor above the most."""

    def to_internal_value(self, data: Any) -> float:
        value: float = super().to_internal_value(data)
        if math.isnan(value):
            raise drf.ValidationError("A valid number is required.")
        return value


def _field(parameter: Parameter) -> drf.Field[Any, Any, Any, Any]:
    kind = int if parameter.is_whole else float
    given: dict[str, Any] = {
        "min_value": kind(parameter.low),
        "max_value": kind(parameter.high),
        "default": parameter.default,
        "help_text": f"{parameter.label}.",
    }
    return drf.IntegerField(**given) if parameter.is_whole else _Figure(**given)


class ScaleQuery(drf.Serializer[None]):
    """A system; what is left out is as on the page. Times are in the unit of their name."""

    users, requests, log_outs, token_s, login_s, processes, regions, round_trip_ms = map(
        _field, PARAMETERS
    )


class ScaleLimit(drf.Serializer[None]):
    """From so many users on something breaks, all else as it is."""

    what = drf.ChoiceField(list(Breaks))
    users = drf.FloatField()


class ScaleWay(drf.Serializer[None]):
    """A way, and what the system asks of it: averages over a day."""

    slug = drf.CharField()
    title = drf.CharField()
    rows = drf.FloatField(help_text="Rows kept in the database.")
    stored_bytes = drf.FloatField(allow_null=True, help_text=_NOT_MEASURED)
    queries_s = drf.FloatField(help_text="Queries in a second.")
    cores = drf.FloatField(help_text="Processes that are busy all the time.")
    messages_s = drf.FloatField(help_text="Messages to processes in a second, of log-outs.")
    messages_bytes_day = drf.FloatField(allow_null=True, help_text=_NOT_MEASURED)
    entries = drf.FloatField(help_text="Ids that each process holds.")
    memory_bytes = drf.FloatField(allow_null=True, help_text=f"Of a process. {_NOT_MEASURED}")
    cache_entries = drf.FloatField()
    wire_bytes_day = drf.FloatField(help_text="Bytes of credentials that clients send in a day.")
    log_out_s = drf.FloatField(help_text="Until a log-out holds everywhere, at most.")
    far_s = drf.FloatField(help_text="What a request waits for the distance, on average.")
    limits = ScaleLimit(many=True)
    sentences = drf.ListField(child=drf.CharField())


class ScaleMissing(drf.Serializer[None]):
    """A way without figures, and why."""

    slug = drf.CharField()
    why = drf.CharField()


class ScaleBody(drf.Serializer[None]):
    """The arithmetic of a system, and the results that its coefficients are from."""

    headline = drf.CharField()
    measured = drf.DateTimeField(help_text="When the benchmark was run.")
    played = drf.DateTimeField(help_text="When the matrix was played.")
    benchmark = drf.CharField(help_text="The page of the benchmark.")
    ways = ScaleWay(many=True)
    missing = ScaleMissing(many=True)


class ClusterScale(PublicApiView):
    """Past this machine, on paper."""

    @extend_schema(
        "cluster_scale",
        parameters=[ScaleQuery],
        responses={200: ScaleBody, 400: INVALID, 404: serializers.Problem},
    )
    def get(self, request: Request) -> Response:
        """Compute what each way keeps and sends in a system, and what breaks first.

        Each coefficient is that of the newest benchmark and of the recorded matrix on PostgreSQL.
        """
        checked = ScaleQuery(data=request.query_params)
        checked.is_valid(raise_exception=True)
        claim = shipped(DATABASE).get(OutEverywhereIsEasy.slug)
        found = facts(us_per_session(claim.played.evidence) if claim else {})
        if found is None:
            raise NotFound("Nothing was measured on PostgreSQL")
        return Response(_body(found, System(**checked.validated_data)))


def _body(found: Facts, system: System) -> dict[str, Any]:
    return {
        "headline": scale_words.headline(system, found.ways, found.shared),
        "measured": found.measured.isoformat(),
        "played": found.matrix.made.isoformat(),
        "benchmark": f"{reverse('benchmarks')}?result={found.result}",
        "ways": [_way(found, system, way) for way in found.ways],
        "missing": [{"slug": one.strategy.slug, "why": one.why} for one in found.missing],
    }


def _way(found: Facts, system: System, way: Way) -> dict[str, Any]:
    return {
        "slug": way.slug,
        "title": way.title,
        **asdict(figures(system, way)),
        "limits": [asdict(limit) for limit in limits(system, way, found.shared)],
        "sentences": scale_words.breaks(system, way, found.shared),
    }


@extend_schema_field(SIZE)
class _Size(drf.ChoiceField):
    """A system that is small enough to be played."""


class SimulationQuery(drf.Serializer[None]):
    """Which size is played, and by which chance."""

    size = _Size(list(SIZES))
    seed = drf.IntegerField(min_value=SEEDS[0], max_value=SEEDS[-1], default=SEEDS[0])


class SimulationLine(drf.Serializer[None]):
    """A figure, computed and counted."""

    what = drf.CharField()
    computed = drf.FloatField()
    counted = drf.FloatField()
    allowed = drf.FloatField(help_text="How far apart chance may bring them, as a share.")
    is_bound = drf.BooleanField(help_text="What was computed is the most that there can be.")


class SimulationBody(drf.Serializer[None]):
    """What came of a size."""

    size = _Size(list(SIZES))
    seed = drf.IntegerField()
    events = drf.IntegerField()
    agrees = drf.BooleanField(help_text="Chance explains every difference.")
    lines = SimulationLine(many=True)
    html = drf.CharField(help_text="The same as the page shows it.")


_PLAYING = Lock()


class Busy(APIException):
    """Another one is being played."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "Another simulation is being played."
    default_code = "busy"
    wait = 2  # seconds; DRF makes Retry-After of it


class ClusterScaleSimulation(PublicApiView):
    """The simulation beside the arithmetic."""

    @extend_schema(
        "cluster_scale_simulation",
        parameters=[SimulationQuery],
        responses={200: SimulationBody, 400: INVALID},
    )
    def get(self, request: Request) -> Response:
        """Play a small system event by event, and hold the arithmetic against what was counted.

        It takes a few seconds, once for each size and seed. A process plays one at a time.
        """
        checked = SimulationQuery(data=request.query_params)
        checked.is_valid(raise_exception=True)
        # It keeps a processor busy: a second one at the same time would hold up everybody else.
        if not _PLAYING.acquire(blocking=False):
            raise Busy
        try:
            found = check(checked.validated_data["size"], checked.validated_data["seed"])
        finally:
            _PLAYING.release()
        html = render_to_string(
            "partials/scale_check.html", {"shown": ShownCheck.from_check(found)}
        )
        return Response({**found.as_json(), "agrees": found.agrees, "html": html})
