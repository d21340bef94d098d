"""The attack theatre: a shop is robbed in the visitor's own browser, one file per attack.

Off unless ``settings.ATTACKS``. ``stage`` has what all attacks share: the host names and their
fence, the shop, the thief, and the ways in which the shop keeps a login. Read ``_base.py`` first,
then any attack. May import ``tokens``, ``models``, ``site`` and what lies below them.
"""

from accounts.attacks._base import Attack, Cell, Result, Row, Spend
from accounts.registry import Registry

attacks: Registry[Attack] = Registry("accounts.attacks", Attack)  # type: ignore[type-abstract]

__all__ = ["Attack", "Cell", "Result", "Row", "Spend", "attacks"]
