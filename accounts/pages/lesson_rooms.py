"""A lesson in class: the way in, the pupil's page, the projector, the teacher's notes.

Each page is whole as the server writes it: a script asks where the class is and, when that has
changed, fetches the same address again. So a reload and whoever comes late see the current step.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.conf import own_database
from accounts.lesson import (
    LESSONS,
    Lesson,
    Place,
    Reveal,
    Step,
    around,
    is_teacher,
    room_find,
    ticket_for,
    ticket_of,
)
from accounts.lesson.live import Live, live_of
from accounts.models import Phase, Room, Tally, room_join, tally
from accounts.pages import errors
from accounts.pages.headers import framing
from accounts.pages.lesson_class import choices, of_room, origin, sources
from accounts.site.throttle import Throttled

# What is done next, on the button that leads there.
_NEXT = {
    Phase.LOBBY: "Back to the code",
    Phase.QUESTION: "Ask the question",
    Phase.DISCUSS: "Close the vote",
    Phase.AGAIN: "Vote again",
    Phase.REVEAL: "Show the truth",
    Phase.KEEP: "What to keep",
    Phase.OVER: "The end",
}
_LONG = 330  # characters of a question with its answers, which then are written smaller


@dataclass(frozen=True, slots=True)
class Way:
    """To the next place or back: what its button says and sends."""

    place: Place
    words: str


@require_safe
def teachers(request: HttpRequest) -> HttpResponse:
    """What a lesson needs, how long it takes, and the buttons that open a room."""
    reached = origin(request)
    context = {
        "lessons": [*LESSONS],
        "reached": reached,
        "address": reached and f"{reached}{reverse('lesson-join')}",
        "data": {"rooms": reverse("api-lesson-rooms")},
    }
    return render(request, "lesson/teachers.html", context)


@require_safe
def join(request: HttpRequest) -> HttpResponse:
    """Where a code is typed."""
    typed = request.GET.get("code", "")
    if not typed:
        return render(request, "lesson/join.html")
    try:
        found = room_find(request, typed)
    except Throttled as error:
        return errors.throttled(request, error.retry_after, "codes")
    if found is None:
        return render(request, "lesson/join.html", {"typed": typed}, status=404)
    return redirect(found)


@require_safe
@of_room
def room(request: HttpRequest, room: Room) -> HttpResponse:
    """A pupil's page, on a telephone. Who comes for the first time has joined."""
    pupil = ticket_for(request, room).digest
    if room.phase == Phase.LOBBY and _is_new(request, room):
        room_join(room, pupil)
    own = dict(room.votes.filter(pupil=pupil, step=room.step).values_list("round", "answer"))
    context = _now(request, room) | {
        "choices": choices(_step(room), room.step, Tally()),
        "first": own.get(1),
        "own": own.get(room.open_round) if room.open_round else own.get(2, own.get(1)),
    }
    return render(request, "lesson/pupil.html", context)


def _is_new(request: HttpRequest, room: Room) -> bool:
    known = ticket_of(request)
    return known is None or known.code != room.code


@require_safe
@of_room
def screen(request: HttpRequest, room: Room) -> HttpResponse:
    """The projector's page. Whoever has the code may see it; its keys work for the teacher."""
    response = render(request, "lesson/screen.html", _now(request, room) | _told(request, room))
    return framing(response)


@require_safe
@of_room
def notes(request: HttpRequest, room: Room) -> HttpResponse:
    """The teacher's second window. It tells which answer is right: for the teacher alone."""
    if not is_teacher(request, room):
        return render(request, "lesson/not_teacher.html", {"room": room}, status=403)
    return render(request, "lesson/notes.html", _now(request, room) | _told(request, room))


def _now(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Where the class is."""
    lesson, step = LESSONS[room.lesson], _step(room)
    is_told = room.phase in (Phase.REVEAL, Phase.KEEP)
    reveal = _revealed(room, lesson, step) if is_told else None
    return {
        "room": room,
        "lesson": lesson,
        "step": step,
        "total": len(lesson.steps),
        "is_exit": room.step == len(lesson.steps),
        "keeps": [one.keep for number, one in enumerate(lesson.steps) if room.was_asked(number)],
        "reveal": reveal,
        "sources": sources(reveal.figures) if reveal else [],
        "data": {
            "state": reverse("api-lesson-room", args=[room.code]),
            "move": reverse("api-lesson-move", args=[room.code]),
            "vote": reverse("api-lesson-vote", args=[room.code]),
            "run": reverse("api-lesson-run", args=[room.code]),
        },
    }


def _revealed(room: Room, lesson: type[Lesson], step: Step) -> Reveal:
    """What was measured: in this room if its claim was played, else as it is shipped."""
    live = live_of(room, lesson, step=room.step).get(room.step, Live())
    return step.reveal(own_database(), live.claim)


def _told(request: HttpRequest, room: Room) -> dict[str, Any]:
    """What the teacher shows and knows."""
    lesson, step = LESSONS[room.lesson], _step(room)
    before, after = around(lesson, Place(room.step, Phase(room.phase)))
    reached = origin(request)
    address = f"{reached or request.build_absolute_uri('/').rstrip('/')}"
    letters = len(step.question) + sum(len(answer.text) for answer in step.answers)
    return {
        "choices": choices(step, room.step, tally(room)),
        "is_long": letters > _LONG,
        "is_teacher": is_teacher(request, room),
        "back": _way(before),
        "next": _way(after),
        "is_reached": reached is not None,
        "address": f"{address.partition('//')[2]}{reverse('lesson-join')}",
        # It takes longer than all the rest of the page.
        "qr": room.phase == Phase.LOBBY and qr(f"{address}{room.get_absolute_url()}"),
        "jumps": list(_jumps(lesson)),
        "is_short": step.twice and room.phase in (Phase.QUESTION, Phase.DISCUSS),
    }


def _jumps(lesson: type[Lesson]) -> Iterator[Way]:
    """To the question of each step."""
    for number, _ in enumerate(lesson.steps):
        yield Way(Place(number, Phase.QUESTION), f"{number + 1}")
    yield Way(Place(len(lesson.steps), Phase.QUESTION), "Exit question")


def _way(place: Place | None) -> Way | None:
    return Way(place, _NEXT[place.phase]) if place else None


def _step(room: Room) -> Step:
    return LESSONS[room.lesson].all_steps()[room.step]


@lru_cache(maxsize=64)  # drawn once for a room: each place of a lesson shows it twice
def qr(text: str) -> str:
    """A QR code as the address of a picture, black on white in every theme."""
    code = segno.make(text, error="m", micro=False)
    return code.svg_data_uri(border=2, light="#fff", omitsize=True)
