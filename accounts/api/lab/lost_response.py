"""Lost responses to a refresh, and thieves who look alike."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lab.serializers import LostResponse
from accounts.api.lab.views import SLUG
from accounts.api.serializers import Problem
from accounts.api.views import PublicApiView
from accounts.lab.lost_response import VARIANTS, run_lost_response
from accounts.lab.visitors import visitor_count
from accounts.strategies import strategies
from accounts.tracing.recorder import untraced


@extend_schema(parameters=[SLUG])
class LabLostResponse(PublicApiView):
    """Lost responses."""

    @extend_schema(
        "lab_lose_response",
        request=None,
        responses={
            200: LostResponse(many=True),
            404: Problem,
            429: Problem,
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        """Spend a refresh token more than once: responses get lost, or a thief has a copy.

        Each variant is played over HTTP with a throwaway user of its own.
        """
        if slug not in strategies or not strategies[slug].refreshes:
            raise NotFound("No strategy with refresh tokens has this name")
        visitor_count(request._request)
        with untraced():
            return Response([run_lost_response(slug, variant).as_dict() for variant in VARIANTS])
