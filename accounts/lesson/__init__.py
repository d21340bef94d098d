"""A course: three lessons of twenty minutes, one file each, taken alone or with a class.

May import ``answer``, ``claims`` and what lies below them. Read ``_base.py`` first, then any
lesson; ``README.md`` tells how to add one. ``_measured`` takes the figures of the reveals from the
newest results.
"""

from accounts.lesson._base import (
    EMBED,
    Answer,
    Figure,
    Lesson,
    Note,
    Reveal,
    Run,
    Source,
    Step,
)
from accounts.registry import Registry

LESSONS: Registry[Lesson] = Registry("accounts.lesson", Lesson)

__all__ = [
    "EMBED",
    "LESSONS",
    "Answer",
    "Figure",
    "Lesson",
    "Note",
    "Reveal",
    "Run",
    "Source",
    "Step",
]
