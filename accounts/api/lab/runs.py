"""Play scenarios of the lab: strategies against events, each reported as it is ready."""

import uuid
from itertools import product
from typing import Any

from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lab.lines import LINES, WAIT, Lines, answered, visitor_counted
from accounts.api.lab.serializers import ChosenCells, RunAnswer, RunTranscript, RunWaits
from accounts.api.serializers import Problem
from accounts.api.views import PublicApiView
from accounts.lab.runs import RunStream, runs_allow
from accounts.lab.turns import Waiting
from accounts.lab.wording import cost, describe
from accounts.models import Run
from accounts.site.clients import client_digest


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
        parameters=[WAIT],
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
        visitor = visitor_counted(request._request)
        runs_allow(visitor, len(pairs))
        client = client_digest(request._request)
        begun = RunStream.begin(pairs, visitor=visitor, client=client)
        if isinstance(begun, Waiting):
            return answered(begun, visitor)
        return answered(Lines(map(_answer, begun), begun.close), visitor)


class LabRun(PublicApiView):
    """A played scenario."""

    @extend_schema("lab_run", responses={200: RunTranscript, 404: Problem})
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """The report and transcript of a run, for whoever has its id."""
        run = Run.objects.filter(pk=run_id).first()
        if run is None:
            raise NotFound("There is no such run, or it was pruned")
        return Response({**_answer(run), "transcript": run.transcript})
