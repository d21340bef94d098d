"""What a server process loads before its first request: it waits for that, and each keeps it."""

import json

from tests.test_settings import python

STARTED = """
import json, sys
from django.core.handlers.wsgi import WSGIHandler
import authdemo.wsgi
from django.urls import get_resolver
get_resolver().reverse_dict  # as the first request does
print(json.dumps(sorted(sys.modules)))
"""
# Each with where it is needed: by clients of the lab, the terminal, the list of devices, Valkey and
# CACHE_URL, an audit, claims.
NOT_LOADED = {
    *("httpx", "httpcore", "rich", "click", "ua_parser", "redis"),
    *("msgspec", "hpack", "accounts.audit.player"),
}
# What a server that only logs people in never needs, and what that would draw in: processes,
# codes to scan, filters, the description of the API.
FOR_VISITORS = {
    *("accounts.lab", "accounts.claims", "accounts.cluster", "accounts.answer", "accounts.bench"),
    *("accounts.pages.compare", "accounts.attacks.forged_token", "accounts.services", "psutil"),
    *("segno", "rbloom", "accounts.api.schema", "drf_spectacular.views"),
    *("accounts.strategies.jwt_blacklist_memory", "rest_framework_simplejwt"),
}


def test_a_server_starts_without_what_no_request_may_ever_need() -> None:
    done = python("-c", STARTED, DEMO="1")
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "accounts.pages.urls" in loaded
    assert not loaded & NOT_LOADED
    assert not loaded & FOR_VISITORS
