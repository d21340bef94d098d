"""Messages for pages; a request to the API neither reads nor leaves one."""

from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest

from accounts import conf

_API = "/api/"


class PageMessages(MessageMiddleware):
    """Django's messages, except for the API. A subclass, since the admin checks for that."""

    def process_request(self, request: HttpRequest) -> None:
        if not request.path_info.startswith(_API):
            super().process_request(request)


class MessageCookie(CookieStorage):
    """Django's storage in a signed cookie, with a name that no other host can set."""

    @property
    def cookie_name(self) -> str:  # type: ignore[override]  # an attribute of the class there
        return conf.cookie_name("messages")
