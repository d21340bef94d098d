"""Django's back end for SQLite, whose files are private.

Imports nothing of ours. Read ``base.py``, which is all of it: settings name this package.
"""
