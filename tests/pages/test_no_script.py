"""Without JavaScript each page says what needs it, and shows what was recorded."""

import re
from html import unescape

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

# What is said, and what is there all the same.
PAGES = [
    ("/", "Playing it needs JavaScript", "JWT: the thief gets in"),
    ("/lab/", "Playing a scenario needs JavaScript", "still works"),
    ("/lab/jwt-user/", "Playing it needs JavaScript", "still works"),
    ("/lab/events/log-out/", "Playing it needs JavaScript", "refused"),
    ("/claims/", "Playing an experiment needs JavaScript", "does not hold"),
    ("/claims/short-expiry/", "Playing it here needs JavaScript", "does not hold"),
    ("/lesson/logged-out/", "Without it, open each part", "“refused at once”"),
    ("/answer/", "it changes when you press this", "Take: "),
    ("/cluster/scale/", "it changes when you press this", "Chance explains every difference"),
    ("/benchmarks/", "Running one from here needs JavaScript", "µs"),
    ("/inspector/", "so it needs JavaScript", "A stolen copy works no longer"),
    ("/lesson/teachers/", "Giving a lesson needs JavaScript", "make demo HOST=0.0.0.0"),
    ("/api/docs/", "Trying an endpoint here needs JavaScript", "/api/token/refresh/"),
]


@pytest.mark.parametrize(("path", "says", "shows"), PAGES)
def test_a_page_says_what_needs_javascript_and_shows_what_does_not(
    client: Client, path: str, says: str, shows: str
) -> None:
    html = unescape(client.get(path).content.decode())
    told = " ".join(re.findall(r"<noscript>(.*?)</noscript>", html, re.DOTALL))

    assert says in told
    assert shows in re.sub(r"<script.*?</script>|<[^>]+>", "", html, flags=re.DOTALL)
