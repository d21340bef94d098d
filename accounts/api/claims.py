"""The claims: what is said, what came of it here, and playing them, reported as they go."""

import uuid
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.lab.lines import LINES, WAIT, Lines, answered, visitor_counted
from accounts.api.lab.serializers import RunWaits
from accounts.api.views import PublicApiView, valid
from accounts.claims import Claim, ClaimStream, Kind, PlayError, Progress, Verdict, claims, shipped
from accounts.cluster.here import own_control
from accounts.conf import DATABASES
from accounts.lab.turns import Waiting
from accounts.models import ClaimGuesses, ClaimRun
from accounts.site.clients import client_digest


class VerdictAnswer(drf.Serializer[None]):
    """How a claim came out, and the limit that decided."""

    kind = drf.ChoiceField(choices=[kind.value for kind in Kind])
    words = drf.CharField()
    limit = drf.CharField()
    tipping_point = drf.CharField(help_text="Where it would come out otherwise; may be empty.")


class MeasurementAnswer(drf.Serializer[None]):
    """The median of n samples, of which four in five lie between low and high."""

    name = drf.CharField()
    group = drf.CharField()
    title = drf.CharField()
    unit = drf.CharField()
    n = drf.IntegerField()
    median = drf.FloatField()
    low = drf.FloatField()
    high = drf.FloatField()
    family = drf.CharField(help_text="session, jwt, opaque, or empty.")


class ClaimResult(drf.Serializer[None]):
    """What came of a claim on one database."""

    database = drf.CharField()
    made = drf.DateTimeField()
    verdict = VerdictAnswer()
    evidence = MeasurementAnswer(many=True)


class ClaimSource(drf.Serializer[None]):
    """Who says it, when and where."""

    author = drf.CharField()
    year = drf.CharField()
    url = drf.URLField()
    says = drf.CharField()


class ClaimAnswer(drf.Serializer[None]):
    """A claim, both sides of it, and the results that are shipped with the site."""

    slug = drf.SlugField()
    said = drf.CharField()
    said_by = ClaimSource()
    denied_by = ClaimSource()
    limits = drf.ListField(child=drf.CharField())
    caveat = drf.CharField()
    attack = drf.CharField(help_text="The slug of the attack that shows the same; may be empty.")
    needs = drf.ListField(
        child=drf.CharField(), help_text="Parts of the cluster that it is played on; may be empty."
    )
    url = drf.CharField(help_text="Its page.")
    guesses = drf.IntegerField(help_text="By visitors of this server.")
    wrong = drf.IntegerField(help_text="Of these guesses.")
    results = ClaimResult(many=True)


class ClaimRunAnswer(drf.Serializer[None]):
    """A claim that was played."""

    id = drf.UUIDField()
    url = drf.CharField(help_text="The page of this run: a permanent link.")
    claim = drf.SlugField()
    created = drf.DateTimeField()
    database = drf.CharField()
    seconds = drf.FloatField()
    verdict = VerdictAnswer()
    evidence = MeasurementAnswer(many=True)


class ClaimLine(drf.Serializer[None]):
    """One line: how far the experiment is; or the run, when it is done; or why there is none."""

    claim = drf.SlugField(required=False)
    stage = drf.CharField(required=False)
    done = drf.IntegerField(required=False)
    total = drf.IntegerField(required=False)
    run = ClaimRunAnswer(required=False)
    html = drf.CharField(required=False, help_text="The run's verdict as the board shows it.")
    problem = drf.CharField(required=False)


class ChosenClaims(drf.Serializer[None]):
    """Which claims to play, one after the other."""

    claims = drf.ListField(child=drf.SlugField(max_length=60), allow_empty=False)

    def validate_claims(self, slugs: list[str]) -> list[str]:
        """Refuse what is not in the registry, and each but once."""
        if unknown := next((slug for slug in slugs if slug not in claims), None):
            raise drf.ValidationError(f"There is no claim called {unknown}.", code="unknown")
        if own_control() is None and (far := next((s for s in slugs if claims[s].needs), None)):
            raise drf.ValidationError(
                f"{far} needs the cluster: make demo CLUSTER=1 starts one.", code="needs_cluster"
            )
        return list(dict.fromkeys(slugs))


class Claims(PublicApiView):
    """All claims."""

    @extend_schema("claim_list", responses={200: ClaimAnswer(many=True)})
    def get(self, request: Request) -> Response:
        """What people say, who denies it, and how it came out on both databases."""
        counted = ClaimGuesses.objects.in_bulk()
        return Response([_claim(claim, counted.get(claim.slug)) for claim in claims])


def _claim(claim: type[Claim], counted: ClaimGuesses | None) -> dict[str, Any]:
    results = [shipped(database).get(claim.slug) for database in DATABASES]
    return {
        "slug": claim.slug,
        "said": claim.said,
        "said_by": asdict(claim.source),
        "denied_by": asdict(claim.against),
        "limits": list(claim.limits),
        "caveat": claim.caveat,
        "attack": claim.attack,
        "needs": list(claim.needs),
        "url": reverse("claim", args=[claim.slug]),
        "guesses": counted.guesses if counted else 0,
        "wrong": counted.wrong if counted else 0,
        "results": [
            {
                "database": one.played.database,
                "made": one.made,
                "verdict": one.played.verdict.as_json(),
                "evidence": one.played.evidence.as_json(),
            }
            for one in results
            if one
        ],
    }


class ClaimRuns(PublicApiView):
    """Experiments."""

    @extend_schema(
        "claim_play",
        request=ChosenClaims,
        responses={(200, LINES): ClaimLine, 202: RunWaits, 429: serializers.Problem},
        parameters=[WAIT],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Put claims to the test, one after the other, on an empty database of their own.

        The answer is a line of JSON whenever there is progress or a result. If the client
        disconnects, the experiment stops. While others play, the answer is 202 and the place in the
        line: a client that sends the same request again, with its cookie, gets its turn.
        """
        slugs = valid(ChosenClaims, request)["claims"]
        visitor = visitor_counted(request._request)
        client = client_digest(request._request)
        begun = ClaimStream.begin(slugs, visitor=visitor, client=client)
        if isinstance(begun, Waiting):
            return answered(begun, visitor)
        return answered(Lines(_told(begun), begun.close), visitor)


def _told(stream: ClaimStream) -> Iterator[dict[str, Any]]:
    try:
        for item in stream:
            yield _run_line(item) if isinstance(item, ClaimRun) else _progress(*item)
    except PlayError as error:
        yield {"problem": str(error)}


def _progress(slug: str, progress: Progress) -> dict[str, Any]:
    return {"claim": slug, **asdict(progress)}


def _run_line(run: ClaimRun) -> dict[str, Any]:
    context = {"verdict": Verdict.from_json(run.played["verdict"]), "url": run.get_absolute_url()}
    return {
        "claim": run.claim,
        "run": _run(run),
        "html": render_to_string("partials/claim_verdict.html", context),
    }


def _run(run: ClaimRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "url": run.get_absolute_url(),
        "claim": run.claim,
        "created": run.created,
        "database": run.database,
        "seconds": run.played["seconds"],
        "verdict": run.played["verdict"],
        "evidence": run.played["evidence"],
    }


class ClaimRunDetail(PublicApiView):
    """A claim that was played."""

    @extend_schema("claim_run", responses={200: ClaimRunAnswer, 404: serializers.Problem})
    def get(self, request: Request, run_id: uuid.UUID) -> Response:
        """The measurements and the verdict of a run, for whoever has its id."""
        run = ClaimRun.objects.filter(pk=run_id).first()
        if run is None:
            raise NotFound("There is no such run, or it was pruned")
        return Response(_run(run))
