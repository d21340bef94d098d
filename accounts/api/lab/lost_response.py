"""Lost responses to a refresh, and thieves who look alike."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.lab.views import SLUG
from accounts.api.views import PublicApiView
from accounts.lab.lost_response import STORIES, run_lost_response
from accounts.lab.visitors import visitor_count
from accounts.strategies import strategies
from accounts.tracing.recorder import untraced


class LostResponse(drf.Serializer[None]):
    """What became of a client, and of a thief, who spent one refresh token more than once."""

    strategy = drf.CharField()
    title = drf.CharField()
    about = drf.CharField(help_text="Why it ends like this.")
    grace_s = drf.FloatField(help_text="Seconds in which a spent token counts as in parallel.")
    goes_on = drf.BooleanField(help_text="The client has tokens that work.")
    thief_in = drf.BooleanField(allow_null=True, help_text="So has the thief; null without one.")
    reason = drf.CharField(allow_blank=True)
    end_reason = drf.CharField(allow_blank=True, help_text="In the list of logins.")
    error = drf.CharField(allow_null=True)
    started_again = drf.BooleanField(help_text="Its user was deleted: played with another one.")
    transcript = drf.ListField(child=drf.DictField())


@extend_schema(parameters=[SLUG])
class LabLostResponse(PublicApiView):
    """Lost responses."""

    @extend_schema(
        "lab_lose_response",
        request=None,
        responses={
            200: LostResponse(many=True),
            404: serializers.Problem,
            429: serializers.Problem,
        },
    )
    def post(self, request: Request, slug: str) -> Response:
        """Spend a refresh token more than once: responses get lost, or a thief has a copy.

        Each story is played over HTTP with a throwaway user of its own.
        """
        if slug not in strategies or not strategies[slug].refreshes:
            raise NotFound("No strategy with refresh tokens has this name")
        visitor_count(request._request)
        with untraced():
            return Response([run_lost_response(slug, story).as_dict() for story in STORIES])
