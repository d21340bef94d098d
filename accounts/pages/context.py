"""What every template knows."""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import SafeString

from accounts.lesson import SCREEN
from accounts.middleware.login import known_user
from accounts.pages.headers import asks_for_embedding
from accounts.pages.urls import PAGES, Page
from accounts.pages.versions import versions

_PAGES = {page.name: page for page in PAGES}


@dataclass(frozen=True, slots=True)
class Link:
    """A link in the header; ``active`` on its own page and on the pages below that."""

    title: str
    url: str
    active: bool
    tool: bool = False
    private: bool = False


def site(request: HttpRequest) -> dict[str, object]:
    """``menu``, ``page_title``, ``versions``, ``demo`` and ``who`` is signed in.

    ``embedded``: the page stands in a frame of a lesson, without the site around it; ``projected``:
    of a lesson's screen, in large type.
    Asks not for the request's host, which may be what is wrong, nor for the database but for
    ``who``: None while it is away.
    """
    page = page_of(request)
    embedded = asks_for_embedding(request) if page and page.embeds else ""
    return {
        "who": SimpleLazyObject(lambda: known_user(request)),
        "menu": lambda: menu_of(request),
        "page_title": page.title if page else "",
        "embedded": embedded,
        "projected": embedded == SCREEN,
        "versions": versions(),
        "demo": settings.DEMO,
    }


def menu_of(request: HttpRequest) -> SafeString:
    """The header's links as HTML: a private one for who is signed in."""
    user = known_user(request)
    is_known = bool(user and user.is_authenticated)
    return _menu(request.path, get_script_prefix(), is_known=is_known)


@lru_cache(maxsize=128)
def _menu(path: str, _prefix: str, *, is_known: bool) -> SafeString:
    links = [link for link in navigation(path) if is_known or not link.private]
    return render_to_string("partials/menu.html", {"links": links, "path": path})


def navigation(path: str) -> list[Link]:
    """The links in the header of the page at ``path``."""
    found = [(page, reverse(page.name)) for page in PAGES if page.menu]
    return [
        Link(page.menu, url, is_below(path, url), tool=page.tool, private=page.private)
        for page, url in found
    ]


def is_below(path: str, url: str) -> bool:
    """Whether ``path`` is the page at ``url`` or a page under it; none is under the first page."""
    return path == url if url == get_script_prefix() else path.startswith(url)


def page_of(request: HttpRequest) -> Page | None:
    """The page that was asked for; None for any other address."""
    return _PAGES.get(request.resolver_match.view_name) if request.resolver_match else None
