"""What a class takes home: its votes, what it measured, exercises and where to hand them in."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.conf import own_database
from accounts.lesson import LESSONS, Lesson, is_teacher, ticket_for
from accounts.lesson.links import linked
from accounts.lesson.live import Live, live_of, told
from accounts.models import HandIn, Phase, Room, Tally, hand_in, tally
from accounts.pages.lesson_class import cast, choices, of_room, origin, sources
from accounts.site import throttle
from accounts.site.clients import client_ip, throttle_key
from accounts.site.throttle import Limit, Throttled
from accounts.templatetags.words import WORDS

_NO_LINK = (
    "This is no link to a run, to a claim that was played or to an attack on this site, or what "
    "it leads to is no longer kept."
)
_FULL = "So many links were handed in already that this one was not kept."


@require_safe
@of_room
def handout(request: HttpRequest, room: Room) -> HttpResponse:
    """What is printed. It tells what is right: for pupils when the lesson is over."""
    return _page(request, room)


@require_POST
@of_room
def handing_in(request: HttpRequest, room: Room) -> HttpResponse:
    """Keep the link of a pupil's exercise, without a name."""
    if not _may_see(request, room):
        return _page(request, room)
    lesson, number = LESSONS[room.lesson], request.POST.get("exercise", "")
    if number not in map(str, range(len(lesson.exercises))):
        return redirect("lesson-room-handout", room.code)
    typed = request.POST.get("link", "")[:300]
    if problem := _hand_in(request, room, int(number), typed):
        wrong = {"exercise": int(number), "typed": typed, "problem": problem}
        return _page(request, room, status=HTTPStatus.BAD_REQUEST, wrong=wrong)
    url = reverse("lesson-room-handout", args=[room.code])
    return redirect(f"{url}#exercise-{int(number) + 1}")


def _hand_in(request: HttpRequest, room: Room, exercise: int, typed: str) -> str:
    """Keep it; what was wrong, if anything."""
    try:
        throttle.take(Limit("lesson-votes", throttle_key(client_ip(request))))
    except Throttled:
        return _FULL
    kept = linked(typed)
    if kept is None:
        return _NO_LINK
    pupil = ticket_for(request, room).digest
    is_kept = hand_in(room, pupil, exercise=exercise, link=kept.get_absolute_url())
    return "" if is_kept else _FULL


def _may_see(request: HttpRequest, room: Room) -> bool:
    return room.phase == Phase.OVER or is_teacher(request, room)


def _page(
    request: HttpRequest,
    room: Room,
    *,
    status: int = HTTPStatus.OK,
    wrong: dict[str, Any] | None = None,
) -> HttpResponse:
    if not _may_see(request, room):
        return render(request, "lesson/not_over.html", {"room": room}, status=403)
    counted, lesson, lives = tally(room), LESSONS[room.lesson], live_of(room, LESSONS[room.lesson])
    context = {
        "room": room,
        "lesson": lesson,
        "steps": [
            _printed(lesson, number, counted, lives.get(number, Live()))
            for number, _ in enumerate(lesson.all_steps())
        ],
        "exercises": _exercises(request, room, lesson),
        "wrong": wrong,
        "is_teacher": is_teacher(request, room),
        "words": WORDS,
        "origin": origin(request) or f"{request.scheme}://{request.get_host()}",
    }
    return render(request, "lesson/handout.html", context, status=status)


def _printed(lesson: type[Lesson], number: int, counted: Tally, live: Live) -> dict[str, Any]:
    step = lesson.all_steps()[number]
    reveal = step.reveal(own_database(), live.claim)
    link = live.claim.get_absolute_url() if live.claim else ""
    mine = [figure for figure in reveal.figures if figure.path == link]
    return {
        "step": step,
        "is_exit": number == len(lesson.steps),
        "choices": choices(step, number, counted),
        "has_votes": cast(counted, number, 1) > 0,
        "live": live,
        "reveal": reveal,
        "sources": sources(figure for figure in reveal.figures if figure not in mine),
        "played": sources([*live.figures, *mine]),
    }


def _exercises(request: HttpRequest, room: Room, lesson: type[Lesson]) -> list[dict[str, Any]]:
    """Each with the links that were handed in: all of them for the teacher, else one's own."""
    found = room.hand_ins.order_by("pk")
    if not is_teacher(request, room):
        found = found.filter(pupil=ticket_for(request, room).digest)
    links = [*found]
    return [
        {
            "exercise": exercise,
            "links": [_link(one) for one in links if one.exercise == number],
        }
        for number, exercise in enumerate(lesson.exercises)
    ]


def _link(one: HandIn) -> dict[str, Any]:
    kept = linked(one.link)
    return {"url": one.link, "at": one.created, "told": told(kept) if kept else ""}
