"""Every address of the site, for tests that knock at each of them."""

from collections.abc import Iterator, Sequence

from django.urls import URLPattern, URLResolver, get_resolver

NOBODY = "00000000-0000-4000-8000-000000000000"
GAPS = {"slug": "session-db", "uuid": NOBODY, "str": "x", "int": "1", "path": "x/y"}


def addresses() -> list[str]:
    """Every path, with a made-up value in each of its gaps; those of the admin's rows left out."""
    return [path for path in _below(get_resolver().url_patterns) if "<" not in path]


def _below(patterns: Sequence[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        path = _filled(f"{prefix}{pattern.pattern}")
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, path)
        elif "(?P" not in path:
            yield path


def _filled(path: str) -> str:
    for kind, value in GAPS.items():
        while (start := path.find(f"<{kind}:")) >= 0:
            path = path[:start] + value + path[path.index(">", start) + 1 :]
    return path
