"""One log line for each act that an operator wants to find again, without a secret in it."""

import logging

from django.http import HttpRequest

from accounts.site.clients import client_ip

_log = logging.getLogger("accounts.security")


def security_note(request: HttpRequest, what: str, *, user_id: int | None) -> None:
    """Log what happened, the id of the user concerned (None: nobody known) and the address.

    No name is logged: people type their password into the field for it.
    """
    _log.info("%s user=%s address=%s", what, user_id or "-", client_ip(request) or "-")
