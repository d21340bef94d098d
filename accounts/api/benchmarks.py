"""Start a short benchmark, and see how far it is."""

import uuid
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.authentication import enforce_csrf
from accounts.api.views import PublicApiView
from accounts.bench import runs as benchruns
from accounts.middleware.login import session_user
from accounts.models import BenchRun
from accounts.site.clients import client_ip, throttle_key


class BenchAnswer(drf.Serializer[None]):
    """A short benchmark: its present stage, how far that is, and where its result will be."""

    id = drf.UUIDField()
    stage = drf.CharField()
    done = drf.IntegerField()
    total = drf.IntegerField()
    over = drf.BooleanField()
    problem = drf.CharField(help_text="Why there is no result; empty while there may be one.")
    url = drf.CharField(help_text="Of the page with the result.")


def _answer(run: BenchRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "stage": run.stage,
        "done": run.done,
        "total": run.total,
        "over": run.is_over,
        "problem": benchruns.LOST if run.is_lost else run.problem,
        "url": f"{reverse('benchmarks')}?result={run.pk}",
    }


class Benchmarks(PublicApiView):
    """Short benchmarks."""

    @extend_schema(
        "benchmark_start",
        request=None,
        responses={
            202: BenchAnswer,
            409: BenchAnswer,
            403: serializers.Problem,
            429: serializers.Problem,
        },
    )
    def post(self, request: Request) -> Response:
        """Start a short benchmark.

        If one is running already, the answer is that one, with 409: its result is for everybody.
        """
        enforce_csrf(request._request)
        # This view has no authenticators, so DRF's request.user is anonymous: take the cookie's
        # user from Django's request.
        if not benchruns.may_begin(session_user(request._request)):
            raise PermissionDenied("Only staff may start a benchmark here")
        try:
            run = benchruns.bench_begin(throttle_key(client_ip(request._request)))
        except benchruns.Running as other:
            return Response(_answer(other.run), status=status.HTTP_409_CONFLICT)
        return Response(_answer(run), status=status.HTTP_202_ACCEPTED)


class Benchmark(PublicApiView):
    """One short benchmark."""

    @extend_schema("benchmark_progress", responses={200: BenchAnswer, 404: serializers.Problem})
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """How far a benchmark is."""
        run = BenchRun.objects.filter(pk=run_id).defer("result").first()
        if run is None:
            raise NotFound("There is no such benchmark")
        return Response(_answer(run))
