"""The Django project: settings, URLs and entry points for servers.

May import ``accounts``, and nothing there imports it. Read ``settings.py`` first.
"""
