"""What a header says of the client's connection is believed of our own proxies alone."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.site.clients import is_trusted_proxy

_PROTO = "HTTP_X_FORWARDED_PROTO"


class Proxies:
    """Drops ``X-Forwarded-Proto`` of strangers, which ``SECURE_PROXY_SSL_HEADER`` would believe."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        sent = request.META
        if _PROTO in sent and not is_trusted_proxy(sent.get("REMOTE_ADDR", "")):
            del sent[_PROTO]
        return self.get_response(request)
