"""The site's middleware: safe headers, a guard against malformed requests, log-in, messages.

May import ``site`` and what lies below it. ``settings.MIDDLEWARE`` has the order; read ``guard.py``
first.
"""
