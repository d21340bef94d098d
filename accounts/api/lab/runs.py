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
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lab.serializers import ChosenCells, RunAnswer, RunTranscript, RunWaits
from accounts.api.serializers import Problem
from accounts.api.views import PublicApiView
from accounts.lab.runs import RunStream, runs_allow
from accounts.lab.turns import Waiting
from accounts.lab.visitors import visitor_count, visitor_known, visitor_remember
from accounts.lab.wording import cost, describe
from accounts.models import Run

LINES = "application/x-ndjson"  # https://github.com/ndjson/ndjson-spec


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
        responses={(200, LINES): RunAnswer, 202: RunWaits, 429: Problem},
        parameters=[OpenApiParameter("Retry-After", int, "header", response=[202], required=True)],
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

    @extend_schema("lab_run", responses={200: RunTranscript, 404: Problem})
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """The report and transcript of a run, for whoever has its id."""
        run = Run.objects.filter(pk=run_id).first()
        if run is None:
            raise NotFound("There is no such run, or it was pruned")
        return Response({**_answer(run), "transcript": run.transcript})
