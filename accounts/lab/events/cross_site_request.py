"""Another site's page makes the browser send a request."""

from collections.abc import Mapping
from typing import Any

from accounts.lab.events._base import Event
from accounts.lab.stage import Reply, Stage
from accounts.strategies import Outcome, Strategy


class CrossSiteRequest(Event):
    """Device A opens a page of somebody else, and that page asks the browser for a request.

    The page reads nothing and copies nothing. It lies on a host name beside this site's, which
    counts as the same site: the browser adds the cookie by itself, ``SameSite=Strict`` or not. The
    request changes the password, here as on many a site without asking for the old one. What is
    left to refuse it is a CSRF token, which that page does not know.

    A token in a header is not sent unless a script of this site's own page adds it.
    """

    slug = "cross-site-request"
    title = "Request from another site"
    order = 100
    is_drill = True
    steals = False
    applies_only = "Only where the browser sends it by itself"

    @classmethod
    def applies_to(cls, strategy: type[Strategy]) -> bool:
        return strategy.in_cookie

    def happen(self, environment: Stage) -> None:
        environment.note("Device A opens the page of another site")

    def replay(self, environment: Stage, title: str = "") -> Reply:
        return environment.lure(title or "That page changes the password")

    @classmethod
    def told(cls, report: Mapping[str, Any]) -> tuple[str, str, str] | None:
        if report["thief"] == Outcome.ACCEPTED:
            return "obeyed", "the password is changed", ""
        return "refused", "no CSRF token", ""
