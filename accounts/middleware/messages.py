"""Messages belong to pages: a request to the API neither reads nor leaves one."""

from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest

_API = "/api/"


class PageMessages(MessageMiddleware):
    """Django's messages, left out where nobody shows them. A subclass, which the admin asks for."""

    def process_request(self, request: HttpRequest) -> None:
        """Open the storage of a page's messages."""
        if not request.path_info.startswith(_API):
            super().process_request(request)
