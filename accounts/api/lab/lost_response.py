"""A lost response to a refresh, played with both settings of the grace."""

from datetime import timedelta

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.lab.views import SLUG
from accounts.api.views import PublicApiView
from accounts.lab.lost_response import run_lost_response
from accounts.lab.visitors import visitor_count
from accounts.strategies import strategies
from accounts.tracing.recorder import untraced

_NO_GRACE = timedelta(0)


class LostResponse(drf.Serializer[None]):
    """What became of a client that got no response and asked again."""

    strategy = drf.CharField()
    grace_s = drf.FloatField(help_text="Seconds within which the server allowed it.")
    goes_on = drf.BooleanField()
    reason = drf.CharField(allow_blank=True)
    end_reason = drf.CharField(allow_blank=True, help_text="In the list of logins.")
    error = drf.CharField(allow_null=True)
    transcript = drf.ListField(child=drf.DictField())


@extend_schema(parameters=[SLUG])
class LabLostResponse(PublicApiView):
    """A lost response."""

    @extend_schema(
        request=None,
        responses={
            200: LostResponse(many=True),
            404: serializers.Problem,
            429: serializers.Problem,
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        """Let the response get lost and the client ask again, first without a grace, then with one.

        Played over HTTP with throwaway users of its own.
        """
        if slug not in strategies or not strategies[slug].refreshes:
            raise NotFound("No strategy with refresh tokens has this name")
        visitor_count(request._request)
        with untraced():
            graces = (_NO_GRACE, settings.REFRESH_GRACE)
            return Response([run_lost_response(slug, grace=grace).as_dict() for grace in graces])
