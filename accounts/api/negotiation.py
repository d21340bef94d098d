"""Content negotiation for an API that answers in JSON alone."""

from collections.abc import Iterable, Mapping
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request


class JsonOnlyNegotiation(DefaultContentNegotiation):
    """Answer with a view's first renderer, whatever ``Accept`` says (RFC 9110, section 12.5.1).

    There is nothing to choose, and DRF's parsing of the header takes longer than that of a token.
    https://www.django-rest-framework.org/api-guide/content-negotiation/#example
    """

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, str(first.media_type)


class CompactJSONRenderer(JSONRenderer):
    """DRF's, without looking for an indentation in the media type: nobody can ask for one."""

    def get_indent(self, accepted_media_type: str, renderer_context: Mapping[str, Any]) -> None:
        return None
