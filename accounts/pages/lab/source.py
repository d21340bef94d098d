"""The files that implement a class, read from the running program and highlighted."""

import inspect
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True, slots=True)
class Source:
    """A file: its path in the project, its number of lines, its text as HTML."""

    path: str
    lines: int
    html: SafeString


@cache
def source_of(cls: type) -> Source:
    """The whole module that defines a class, as this process has loaded it."""
    text = inspect.getsource(sys.modules[cls.__module__])
    return Source(_path(cls), text.count("\n"), _highlighted(text))


def sources_of_bases(cls: type, contract: type) -> list[Source]:
    """The modules of the classes between a class and the contract that all of its kind keep."""
    between = cls.__mro__[1 : cls.__mro__.index(contract)]
    return [source_of(base) for base in between]


def _path(cls: type) -> str:
    path = Path(inspect.getfile(cls))
    inside = path.is_relative_to(settings.BASE_DIR)
    return str(path.relative_to(settings.BASE_DIR)) if inside else path.name


def _highlighted(text: str) -> SafeString:
    """Spans with classes: the policy of this site forbids inline styles."""
    from pygments import highlight  # late: few pages show source
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    html = highlight(text, PythonLexer(), HtmlFormatter(nowrap=True))
    return mark_safe(html)  # noqa: S308  (Pygments escapes what it highlights)
