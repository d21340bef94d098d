"""The answer of what plays for a while: lines of JSON as they are ready, or a place in the line."""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.response import Response

from accounts.lab.turns import Waiting
from accounts.lab.visitors import visitor_count, visitor_known, visitor_remember

LINES = "application/x-ndjson"  # https://github.com/ndjson/ndjson-spec
WAIT = OpenApiParameter("Retry-After", int, "header", response=[202], required=True)


class Lines:
    """A line of JSON for each thing told. The server closes it, read to its end or not."""

    def __init__(self, told: Iterable[dict[str, Any]], close: Callable[[], None]) -> None:
        self._told = told
        self.close = close

    def __iter__(self) -> Iterator[str]:
        return (f"{json.dumps(content, cls=DjangoJSONEncoder)}\n" for content in self._told)


def visitor_counted(request: HttpRequest) -> uuid.UUID:
    """The visitor who asks. A new one is counted.

    Raises:
        Throttled: there were too many new ones.
    """
    visitor = visitor_known(request)
    if visitor is None:
        visitor_count(request)
    return visitor or uuid.uuid4()


def answered(begun: Lines | Waiting, visitor: uuid.UUID) -> HttpResponseBase:
    """The lines of what has begun, or 202 and the place of what has to wait."""
    response: HttpResponseBase
    if isinstance(begun, Waiting):
        headers = {"Retry-After": str(begun.retry_after)}
        response = Response({"place": begun.place}, status=202, headers=headers)
    else:
        response = StreamingHttpResponse(begun, content_type=LINES)
    visitor_remember(response, visitor)
    return response
