"""The cluster: what runs, the list that a process holds, and drills, one at a time."""

import os
from typing import Any

from django.template.loader import render_to_string
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.authentication import enforce_csrf
from accounts.api.views import PublicApiView, valid
from accounts.cluster.clients import ways_to_copy
from accounts.cluster.control import ClusterAway, Control
from accounts.cluster.drills import drills
from accounts.cluster.here import now, own_control
from accounts.cluster.results import Mark, told
from accounts.cluster.timeline import timeline
from accounts.lab.instances import find_strategy
from accounts.services import ServiceError
from accounts.strategies.jwt_blacklist_memory import JwtBlacklistMemory

_MAX_LINES = 10_000


class Busy(APIException):
    """Another drill is played, or this one cannot be."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "busy"


class ClusterPart(drf.Serializer[None]):
    """One part."""

    slug = drf.CharField()
    title = drf.CharField()
    does = drf.CharField()
    running = drf.BooleanField()
    problem = drf.CharField(help_text="Why it is not there; empty where it is.")
    port = drf.IntegerField(allow_null=True, help_text="On loopback, where it has one.")
    entries = drf.IntegerField(
        allow_null=True, help_text="Ids on the blacklist in a process's memory."
    )


class ClusterNow(drf.Serializer[None]):
    """What runs now."""

    running = drf.BooleanField(help_text="Whether this process is part of a cluster.")
    answered_by = drf.CharField(help_text="The part that gives this answer.")
    lag_ms = drf.FloatField(
        allow_null=True, help_text="How long the last commits took to be seen on the replica."
    )
    parts = ClusterPart(many=True)


class ClusterProcessAnswer(drf.Serializer[None]):
    """A process about itself."""

    pid = drf.IntegerField()
    entries = drf.IntegerField(help_text="Ids on the blacklist in its memory.")


class DrillStart(drf.Serializer[None]):
    """Which drill to play, and with which strategy where the drill takes one."""

    drill = drf.ChoiceField(choices=[drill.slug for drill in drills])
    strategy = drf.ChoiceField(
        choices=[strategy.slug for strategy in ways_to_copy()], required=False, allow_blank=True
    )


class DrillStarted(drf.Serializer[None]):
    """The number to ask for it."""

    run = drf.IntegerField()


class DrillLine(drf.Serializer[None]):
    """One thing that happened, seconds after the drill began."""

    at = drf.FloatField()
    text = drf.CharField()
    tone = drf.CharField(help_text="good or bad for the owner of a login; may be empty.")


class DrillRun(drf.Serializer[None]):
    """A drill that is played, or was."""

    drill = drf.CharField()
    lines = DrillLine(many=True)
    over = drf.BooleanField()
    kept = drf.BooleanField(allow_null=True, help_text="Whether the promise was kept, once over.")
    html = drf.CharField(help_text="The outcome as the page shows it; empty until it is over.")


class Cluster(PublicApiView):
    """All parts."""

    @extend_schema("cluster_now", responses=ClusterNow)
    def get(self, request: Request) -> Response:
        """What runs, who answers, how late the replica is, and the list that each process holds."""
        return Response(now(request.META.get("SERVER_PORT", "")))


class ClusterProcess(PublicApiView):
    """This process."""

    @extend_schema("cluster_process", responses=ClusterProcessAnswer)
    def get(self, request: Request) -> Response:
        """How many ids this process holds in its list."""
        strategy = find_strategy(JwtBlacklistMemory.slug)
        held = len(strategy.blacklist.memory) if isinstance(strategy, JwtBlacklistMemory) else 0
        return Response({"pid": os.getpid(), "entries": held})


class ClusterDrills(PublicApiView):
    """Drills."""

    @extend_schema(
        "cluster_drill_play",
        request=DrillStart,
        responses={
            201: DrillStarted,
            **dict.fromkeys((403, 404, 409), serializers.Problem),
        },
    )
    def post(self, request: Request) -> Response:
        """Begin a drill. One is played at a time, for all who look on."""
        enforce_csrf(request._request)
        asked = valid(DrillStart, request)
        options = {"strategy": asked["strategy"]} if asked.get("strategy") else {}
        try:
            run = _control().play(asked["drill"], **options)
        except ServiceError as error:
            raise Busy(str(error)) from None
        except ClusterAway:
            raise NotFound("The cluster has ended") from None
        return Response({"run": run}, status=status.HTTP_201_CREATED)


class ClusterRun(PublicApiView):
    """A drill that is played."""

    @extend_schema(
        "cluster_drill",
        parameters=[OpenApiParameter("after", int, description="Lines that are known already.")],
        responses={200: DrillRun, 404: serializers.Problem},
    )
    def get(self, request: Request, run: int) -> Response:
        """The lines of a drill from one on, and its outcome once it is over."""
        after = request.query_params.get("after", "0")
        number = min(int(after), _MAX_LINES) if after.isdecimal() and len(after) < 9 else 0  # noqa: PLR2004
        try:
            found = _control().played(run)
        except (ServiceError, ClusterAway):
            raise NotFound("There is no such run, or it is not kept any more") from None
        outcome = found["outcome"]
        return Response(
            {
                "drill": found["drill"],
                "lines": found["lines"][number:],
                "over": outcome is not None,
                "kept": outcome["kept"] if outcome else None,
                "html": _html(found) if outcome else "",
            }
        )


def _control() -> Control:
    control = own_control()
    if control is None:
        raise NotFound("No cluster runs here: make demo CLUSTER=1 starts one")
    return control


def _html(played: dict[str, Any]) -> str:
    run = told(played["drill"], played["lines"], played)
    context = {"run": run, "mark": Mark.of(run), "timeline": timeline(run["tracks"])}
    return render_to_string("partials/cluster_run.html", context)
