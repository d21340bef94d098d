"""Which form an answer takes: the API speaks JSON, so there is nothing to choose."""

from collections.abc import Iterable

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class OnlyForm(DefaultContentNegotiation):
    """Answer in a view's first form whatever ``Accept`` says; RFC 9110, section 12.5.1, allows it.

    Weighing a header of which nothing depends costs a request more than parsing its token.
    https://www.django-rest-framework.org/api-guide/content-negotiation/#example
    """

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        """The first renderer and its media type."""
        first = next(iter(renderers))
        return first, str(first.media_type)
