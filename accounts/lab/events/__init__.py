"""What ought to end or change logins: one file each.

Imports the lab's ``stage`` and strategies. Read ``_base.py``, then any event.
"""

from accounts.lab.events._base import Event
from accounts.registry import Registry

events: Registry[Event] = Registry("accounts.lab.events", Event)  # type: ignore[type-abstract]

__all__ = ["Event", "events"]
