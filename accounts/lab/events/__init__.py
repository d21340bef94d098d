"""What ought to end or change logins: one file each.

May import the lab's environment and what lies below it. Read ``_base.py``, then any event.
"""

from accounts.lab.events._base import Event
from accounts.registry import Registry

events: Registry[Event] = Registry("accounts.lab.events", Event)  # type: ignore[type-abstract]

__all__ = ["Event", "events"]
