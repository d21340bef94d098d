"""Docstrings as HTML: the explanation in the code is the explanation on the page."""

import re
from inspect import cleandoc

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_CODE = re.compile(r"``(.+?)``")


def paragraphs(text: str) -> list[SafeString]:
    """The paragraphs of a docstring, which blank lines separate; ``code`` becomes ``<code>``."""
    return [_paragraph(part) for part in cleandoc(text).split("\n\n") if part.strip()]


def plain(text: str) -> str:
    """The first paragraph without marks, on one line."""
    first, *_ = cleandoc(text).replace("``", "").split("\n\n")
    return " ".join(first.split())


def _paragraph(text: str) -> SafeString:
    escaped = conditional_escape(" ".join(text.split()))
    return mark_safe(_CODE.sub(r"<code>\1</code>", escaped))  # noqa: S308  (escaped just above)
