"""The pages in the header, in their order."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, get_script_prefix, reverse


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the header: its words and the name of its URL."""

    title: str
    url_name: str


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it stands on one page; `active` on the page itself and on the pages below it."""

    title: str
    url: str
    active: bool


ENTRIES = [
    Entry("Compare", "compare"),
    Entry("Invalidation lab", "lab"),
    Entry("Logins", "logins"),
    Entry("Inspector", "inspector"),
    Entry("Benchmarks", "benchmarks"),
    Entry("Claims", "claims"),
    Entry("API", "api-docs"),
]


def navigation(path: str) -> list[Link]:
    """The links for the page at `path`. An entry without a page behind it is left out."""
    found = [(entry.title, address(entry.url_name)) for entry in ENTRIES]
    return [Link(title, url, active=is_below(path, url)) for title, url in found if url]


def address(url_name: str) -> str | None:
    """The path of a named page, None where there is no such page."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return None


def is_below(path: str, url: str) -> bool:
    """Whether `path` is the page at `url` or a page under it; the first page has none under it."""
    return path == url if url == get_script_prefix() else path.startswith(url)
