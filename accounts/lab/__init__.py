"""The invalidation lab: every strategy against every event, played with throwaway users.

The strategies are weak on purpose and fenced in: they know only the lab's own users, keys and
cookies, and nothing that they issue is accepted outside ``/api/lab/``. The lab may import ``site``
and what lies below it. Read ``script.py`` first, then an event, then ``scenario.py``.
"""
