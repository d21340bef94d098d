"""Browsers without a window that go through the walks of the theatre, for ``manage.py attacks``.

Tools of the recording: the site needs none of them. Imports ``services`` and the browsers' own
drivers alone. Read ``_base.py`` first.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from accounts.management.browsers import chromium, firefox
from accounts.management.browsers._base import BrowserError, Walker

BROWSERS: Mapping[str, Callable[[], AbstractContextManager[Walker]]] = {
    "chromium": chromium.started,
    "firefox": firefox.started,
}

__all__ = ["BROWSERS", "BrowserError", "Walker"]
