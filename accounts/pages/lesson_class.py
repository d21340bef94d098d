"""What the pages of a room share: the room itself, its votes as bars, where it is reached."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port

from accounts.demo.addresses import is_loopback
from accounts.lesson import LESSONS, Answer, Figure, Step, room_find, ticket_for, ticket_give
from accounts.models import ROUNDS, Room, Tally
from accounts.pages import errors
from accounts.site.throttle import Throttled

LETTERS = "ABCD"


@dataclass(frozen=True, slots=True)
class Count:
    """The votes for an answer in a round, and their share of the round's in per cent."""

    round: int
    number: int
    share: int


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer with its letter and its votes."""

    number: int
    answer: Answer
    counts: list[Count]

    @property
    def letter(self) -> str:
        """A, B, C or D."""
        return LETTERS[self.number]


def choices(step: Step, number: int, counted: Tally) -> list[Choice]:
    """The answers of a step, with the votes in each round that had any."""
    rounds = [one for one in ROUNDS.values() if cast(counted, number, one)]
    return [
        Choice(place, answer, [_count(counted, number, one, place) for one in rounds])
        for place, answer in enumerate(step.answers)
    ]


def cast(counted: Tally, step: int, round_: int) -> int:
    """How many voted at a step in a round."""
    return sum(number for key, number in counted.items() if key[:2] == (step, round_))


def _count(counted: Tally, step: int, round_: int, answer: int) -> Count:
    number = counted[step, round_, answer]
    return Count(round_, number, round(100 * number / cast(counted, step, round_)))


def of_room(view: Callable[[HttpRequest, Room], HttpResponse]) -> Callable[..., HttpResponse]:
    """A page of a room: 404 where there is none; whoever sees it may come again without a count."""

    def found(request: HttpRequest, code: str) -> HttpResponse:
        try:
            room = room_find(request, code)
        except Throttled as error:
            return errors.throttled(request, error.retry_after, "codes")
        if room is None or room.lesson not in LESSONS:
            raise Http404
        response = view(request, room)
        ticket_give(response, ticket_for(request, room))
        return response

    return found


def sources(figures: Iterable[Figure]) -> list[str]:
    """Where and when figures were measured, each machine and day once."""
    found = (one.source for one in figures)
    told = (f"{one.date:%Y-%m-%d} on {one.machine}, {one.database}" for one in found)
    return [*dict.fromkeys(one.rstrip(", ") for one in told)]


def origin(request: HttpRequest) -> str | None:
    """Where pupils reach this site; None where only this machine does.

    A teacher may have opened it as localhost: then it is the first other host that it answers to,
    which ``make demo HOST=0.0.0.0`` sets to the machine's address in the classroom.
    """
    host, port = split_domain_port(request.get_host())
    if not is_loopback(host.strip("[]")):
        return f"{request.scheme}://{request.get_host()}"
    others = (one for one in settings.ALLOWED_HOSTS if not one.startswith((".", "*")))
    found = next((one for one in others if not is_loopback(one.strip("[]"))), None)
    return found and f"{request.scheme}://{found}{f':{port}' if port else ''}"
