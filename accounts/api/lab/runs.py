"""Play scenarios of the lab: strategies against events, each reported as it is ready."""

import json
import uuid
from collections.abc import Iterator
from itertools import product
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.views import PublicApiView
from accounts.lab.events import events
from accounts.lab.runs import RunStream, runs_allow
from accounts.lab.turns import Waiting
from accounts.lab.visitors import visitor_count, visitor_known, visitor_remember
from accounts.lab.wording import LEGEND, cost, describe
from accounts.models import Run
from accounts.registry import Registry
from accounts.strategies import strategies

LINES = "application/x-ndjson"  # https://github.com/ndjson/ndjson-spec


class ChosenCells(drf.Serializer[None]):
    """Which cells of the matrix to play: each strategy against each event."""

    strategies = drf.ListField(child=serializers.StrategySlug(max_length=40), allow_empty=False)
    events = drf.ListField(child=serializers.EventSlug(max_length=40), allow_empty=False)

    def validate_strategies(self, slugs: list[str]) -> list[str]:
        """Refuse what is not in the registry."""
        return _known(slugs, strategies)

    def validate_events(self, slugs: list[str]) -> list[str]:
        """Refuse what is not in the registry."""
        return _known(slugs, events)


def _known(slugs: list[str], registry: Registry[Any]) -> list[str]:
    if unknown := next((slug for slug in slugs if slug not in registry), None):
        raise drf.ValidationError(f"There is nothing called {unknown} here.", code="unknown")
    return list(dict.fromkeys(slugs))


class RenderedCell(drf.Serializer[None]):
    """The cell as the page shows it."""

    tone = drf.ChoiceField(choices=list(LEGEND))
    html = drf.CharField()


class RunAnswer(drf.Serializer[None]):
    """A played scenario. No credential is in it: they were masked when recorded."""

    id = drf.UUIDField()
    url = drf.CharField(help_text="The page with its transcript: a permanent link.")
    batch = drf.UUIDField(help_text="The request that played it.")
    strategy = drf.CharField()
    event = drf.CharField()
    database = drf.CharField()
    created = drf.DateTimeField()
    cell = RenderedCell()
    cost = drf.CharField(help_text="Of the event itself; empty where none happened.")
    report = drf.DictField()


class RunTranscript(RunAnswer):
    """The same with every exchange."""

    transcript = drf.ListField(child=drf.DictField())


class RunWaits(drf.Serializer[None]):
    """The request waits for its turn: send it again, with the cookie, after ``Retry-After``."""

    place = drf.IntegerField(help_text="In the line; the first one is 1.")


def _answer(run: Run) -> dict[str, Any]:
    text, url = describe(run.report), run.get_absolute_url()
    return {
        "id": run.pk,
        "url": url,
        "batch": run.batch,
        "strategy": run.strategy,
        "event": run.event,
        "database": run.database,
        "created": run.created,
        "cell": {
            "tone": text.tone,
            "html": render_to_string("partials/lab_cell.html", {"text": text, "url": url}),
        },
        "cost": cost(run.report),
        "report": run.report,
    }


class LabRuns(PublicApiView):
    """Scenarios."""

    @extend_schema(
        "lab_play",
        request=ChosenCells,
        responses={
            (200, LINES): RunAnswer,
            202: RunWaits,
            429: serializers.Problem,
        },
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Play strategies against events over HTTP, with throwaway users.

        The answer is a line of JSON per scenario, sent as soon as it is ready. If the client
        disconnects, the run stops. While others play, the answer is 202 and the place in the line:
        a client that sends the same request again, with its cookie, gets its turn.
        """
        body = ChosenCells(data=request.data)
        body.is_valid(raise_exception=True)
        chosen = body.validated_data
        pairs = list(product(chosen["strategies"], chosen["events"]))
        visitor = visitor_known(request._request)
        if visitor is None:
            visitor_count(request._request)
            visitor = uuid.uuid4()
        runs_allow(visitor, len(pairs))
        begun = RunStream.begin(pairs, visitor=visitor)
        response: HttpResponseBase
        if isinstance(begun, Waiting):
            headers = {"Retry-After": str(begun.retry_after)}
            response = Response({"place": begun.place}, status=202, headers=headers)
        else:
            response = StreamingHttpResponse(_Lines(begun), content_type=LINES)
        visitor_remember(response, visitor)
        return response


class _Lines:
    """A line of JSON for each run. The server closes it in any case, read to its end or not."""

    def __init__(self, stream: RunStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[str]:
        for run in self._stream:
            yield f"{json.dumps(_answer(run), cls=DjangoJSONEncoder)}\n"

    def close(self) -> None:
        self._stream.close()


class LabRun(PublicApiView):
    """A played scenario."""

    @extend_schema("lab_run", responses={200: RunTranscript, 404: serializers.Problem})
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """The report and transcript of a run, for whoever has its id."""
        run = Run.objects.filter(pk=run_id).first()
        if run is None:
            raise NotFound("There is no such run, or it was pruned")
        return Response({**_answer(run), "transcript": run.transcript})
