"""The course, and each lesson for one who takes it alone. A class's pages: ``lesson_rooms.py``."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.conf import own_database
from accounts.lesson import LESSONS, Lesson, Reveal, Step
from accounts.pages.headers import framing
from accounts.templatetags.glossary import first_uses


@dataclass(frozen=True, slots=True)
class Shown:
    """A step with what was measured for it; ``text`` says so, with links to the glossary."""

    step: Step
    reveal: Reveal
    text: str
    number: int
    is_exit: bool = False


@require_safe
def course(request: HttpRequest) -> HttpResponse:
    """All lessons: what they are about, and how long they take."""
    return render(request, "pages/lessons.html", {"lessons": LESSONS})


@require_safe
def lesson(request: HttpRequest, slug: str) -> HttpResponse:
    """A lesson, step by step."""
    if slug not in LESSONS:
        raise Http404
    found = LESSONS[slug]
    order = [*LESSONS]
    context = {
        "lesson": found,
        "steps": shown_steps(found, own_database()),
        "after": next(iter(order[order.index(found) + 1 :]), None),
    }
    return framing(render(request, "pages/lesson.html", context))


def shown_steps(found: type[Lesson], database: str) -> list[Shown]:
    """The steps of a lesson, each with its reveal."""
    steps = found.all_steps()
    reveals = [step.reveal(database) for step in steps]
    texts = first_uses([reveal.text for reveal in reveals])
    return [
        Shown(step, reveal, text, number, is_exit=step is found.exit)
        for number, (step, reveal, text) in enumerate(zip(steps, reveals, texts, strict=True), 1)
    ]
