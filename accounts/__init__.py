"""Accounts that log in with a cookie session and with a JSON Web Token, side by side.

Imports nothing of ``authdemo``. Its rooms import one another in one direction alone: the README has
the picture. Read ``strategies/_base.py`` first, then a strategy, an event and ``lab/script.py``.
"""

__version__ = "1.0.0"
