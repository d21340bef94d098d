"""What Django does for every request beside its view: the host, the last slash, the length."""

from collections.abc import Awaitable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware

_API = "/api/"


class Common(CommonMiddleware):
    """Django's for pages. Of a request to the API it checks the host alone.

    There the guard has added the slash, and ``SafeHeaders`` says the length.
    """

    async_capable = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if not request.path_info.startswith(_API):
            return super().__call__(request)
        request.get_host()  # raises DisallowedHost, which Django answers with a 400
        return self.get_response(request)
