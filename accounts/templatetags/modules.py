"""Scripts of a page, with all modules that they import, hop by hop."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django import template
from django.contrib.staticfiles.finders import find
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

# Not ``import("…")``, which is there to be loaded later.
_FROM = re.compile(r'^(?:import|export)\b[^;"]*"(\.[^"]+)";$', re.MULTILINE)


@register.simple_tag
@cache
def module(name: str) -> SafeString:
    """A script of the page; what it imports is asked for beside it, not hop after hop.

    https://developer.mozilla.org/en-US/docs/Web/HTML/Reference/Attributes/rel/modulepreload
    """
    script = format_html('<script type="module" src="{}"></script>', static(name))
    links = ((static(each),) for each in imported(name))
    return script + format_html_join("", '<link rel="modulepreload" href="{}">', links)


def imported(name: str) -> list[str]:
    """All modules that a module imports, and those that these import, as paths like its own."""
    found: dict[str, None] = {}
    for each in (waiting := [name]):
        new = [one for one in _imports(each) if one not in found and one != name]
        found |= dict.fromkeys(new)
        waiting += new
    return list(found)


def _imports(name: str) -> Iterator[str]:
    file = find(name)
    if not isinstance(file, str):
        raise FileNotFoundError(name)
    for path in _FROM.findall(Path(file).read_text()):
        yield normpath(join(dirname(name), path))
