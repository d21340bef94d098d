"""Content negotiation for an API that answers in JSON alone."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

_ENCODER = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


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
    """Writes what DRF's does. Nobody can ask for an indentation, so one encoder does for all."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        if data is None:
            return b""
        # As DRF escapes them: to JavaScript these two end a line.
        text = _ENCODER.encode(data).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
        return text.encode()
