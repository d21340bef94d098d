"""The status list of the lab's tokens, for whoever judges them."""

from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.api.views import PublicApiView
from accounts.strategies.jwt_status_list import JwtStatusList
from accounts.tokens.realm import lab_realm
from accounts.tokens.status import MEDIA_TYPE


@method_decorator(gzip_page, name="dispatch")
class LabStatusList(PublicApiView):
    """A status list."""

    @extend_schema("lab_status_list", responses={(200, MEDIA_TYPE): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """A bit for each token of ``jwt-status-list``: set, once its login has ended.

        The compressed bits are in a signed token, as the draft of the IETF has it
        (draft-ietf-oauth-status-list): ``ttl`` says when to fetch it anew, ``exp`` how long a copy
        may be used. Ask for gzip: the token is base64 of base64, nearly half of it for nothing.
        """
        return HttpResponse(JwtStatusList.published(lab_realm()), content_type=MEDIA_TYPE)
