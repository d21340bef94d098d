"""A course: three lessons of twenty minutes, one file each, taken alone or with a class.

May import ``answer``, ``claims`` and what lies below them. Read ``_base.py`` first, then any
lesson; ``README.md`` tells how to add one. ``_results`` is what reveals are made of, ``_measured``
their figures. In class, ``_places`` is the order of what is done, ``_tickets`` tells who is who,
``live`` what was played and ``links`` what a link leads to; these two are imported by themselves.
"""

from accounts.lesson._base import (
    EMBED,
    SCREEN,
    Answer,
    Exercise,
    Figure,
    Lesson,
    Note,
    Reveal,
    Run,
    Source,
    Step,
)
from accounts.lesson._places import Place, around, places
from accounts.lesson._rehearsal import votes_make_up
from accounts.lesson._tickets import (
    is_teacher,
    room_find,
    teacher_digest,
    teacher_give,
    teacher_of,
    ticket_for,
    ticket_give,
    ticket_of,
)
from accounts.registry import Registry

LESSONS: Registry[Lesson] = Registry("accounts.lesson", Lesson)

__all__ = [
    "EMBED",
    "LESSONS",
    "SCREEN",
    "Answer",
    "Exercise",
    "Figure",
    "Lesson",
    "Note",
    "Place",
    "Reveal",
    "Run",
    "Source",
    "Step",
    "around",
    "is_teacher",
    "places",
    "room_find",
    "teacher_digest",
    "teacher_give",
    "teacher_of",
    "ticket_for",
    "ticket_give",
    "ticket_of",
    "votes_make_up",
]
