"""Django's back end for PostgreSQL, whose waits end.

Imports nothing of ours. Read ``base.py``, which is all of it: settings name this package.
"""
