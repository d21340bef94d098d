"""A lesson in class: open a room, ask where the class is, move it on, vote.

Pupils and windows of the teacher's ask every few seconds where the class is. Such a poll costs one
query, reads no session, is not traced and writes nothing. Server-sent events would hold a thread
for each pupil as long as the lesson takes, and a demo has 96 of them for the whole class; long
polls would do the same.
"""

import uuid
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as drf
from rest_framework import status
from rest_framework.exceptions import APIException, NotFound, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.authentication import enforce_csrf
from accounts.api.views import PublicApiView, valid
from accounts.lesson import (
    LESSONS,
    Place,
    is_teacher,
    places,
    room_find,
    teacher_digest,
    teacher_give,
    teacher_of,
    ticket_for,
    ticket_give,
    votes_make_up,
)
from accounts.lesson.live import is_of
from accounts.models import JOINED, Phase, Room, room_move, room_open, run_note, vote_cast
from accounts.site import throttle
from accounts.site.clients import client_ip, throttle_key
from accounts.site.throttle import Limit

_MAX_VERSION = 1_000_000


class RoomState(drf.Serializer[None]):
    """Where the class is."""

    code = drf.CharField()
    lesson = drf.SlugField()
    version = drf.IntegerField(help_text="It rises with each move.")
    step = drf.IntegerField(help_text="From 0; the exit question comes after the last one.")
    phase = drf.ChoiceField(choices=Phase.choices)
    votes = drf.IntegerField(
        help_text="That are in of the open vote; in the lobby, how many have joined."
    )


class RoomOpened(RoomState):
    """A room, and its pages."""

    pupils = drf.CharField(help_text="The page for pupils; anybody with its address may vote.")
    screen = drf.CharField(help_text="The page for the projector.")
    notes = drf.CharField(help_text="The page for the teacher, in the browser that opened it.")
    handout = drf.CharField(help_text="The page to print.")
    ends = drf.DateTimeField(help_text="Then the room and its votes are deleted.")


class RoomOpening(drf.Serializer[None]):
    """Which lesson is given."""

    lesson = drf.SlugField(max_length=60)
    is_rehearsal = drf.BooleanField(default=False, help_text="Let 24 made-up pupils vote.")

    def validate_lesson(self, slug: str) -> str:
        """Refuse a lesson that there is none of."""
        if slug not in LESSONS:
            raise drf.ValidationError(f"There is no lesson called {slug}.", code="unknown")
        return slug


class RoomMove(drf.Serializer[None]):
    """Where to go, and where the class is as far as the window knows."""

    version = drf.IntegerField(min_value=1, max_value=_MAX_VERSION)
    step = drf.IntegerField(min_value=0, max_value=100)
    phase = drf.ChoiceField(choices=Phase.choices)


class RoomVote(drf.Serializer[None]):
    """A pupil's answer, and the vote that it is for."""

    step = drf.IntegerField(min_value=0, max_value=100)
    round = drf.IntegerField(min_value=1, max_value=2)
    answer = drf.IntegerField(min_value=0, max_value=3, help_text="The first one is 0.")


class LaneFigures(drf.Serializer[None]):
    """What the first page showed of one of its two lanes."""

    strategy = drf.SlugField(max_length=40)
    queries = drf.IntegerField(min_value=0, max_value=1000, help_text="For each request.")
    bytes = drf.IntegerField(min_value=0, max_value=100_000, help_text="Of what it carried.")
    samples = drf.ListField(
        child=drf.IntegerField(min_value=0, max_value=600_000_000),
        min_length=1,
        max_length=100,
        help_text="Microseconds of each request.",
    )
    thief = drf.BooleanField(allow_null=True, help_text="Whether the copy got in; null: not yet.")


class Lanes(drf.ListField):
    """Both lanes. What is wrong with one is said in a line, as of any field."""

    child = LaneFigures()

    def run_child_validation(self, data: list[Any]) -> list[Any]:
        """Refuse what the page does not show."""
        try:
            found: list[Any] = super().run_child_validation(data)
        except drf.ValidationError:
            raise drf.ValidationError("These are not the figures of lanes.", "invalid") from None
        return found


class RoomRun(drf.Serializer[None]):
    """What was played at a step: a run that has a link, or the pair of the first page."""

    step = drf.IntegerField(min_value=0, max_value=100)
    link = drf.CharField(max_length=200, required=False)
    lanes = Lanes(min_length=2, max_length=2, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse none and both."""
        if ("link" in attrs) == ("lanes" in attrs):
            raise drf.ValidationError("Give either link or lanes.", code="invalid")
        return attrs


class Conflict(APIException):
    """The room is elsewhere by now."""

    status_code = status.HTTP_409_CONFLICT


_FINDS = {404: serializers.Problem, 429: serializers.Problem}
_CHANGES = {**_FINDS, 409: serializers.Problem}


class Rooms(PublicApiView):
    """Rooms."""

    @extend_schema(
        "lesson_open",
        request=RoomOpening,
        responses={201: RoomOpened, 429: serializers.Problem},
    )
    def post(self, request: Request) -> Response:
        """Open a room for a class, for a day. The cookie that comes with it makes its teacher."""
        enforce_csrf(request._request)
        chosen = valid(RoomOpening, request)
        throttle.take(Limit("lesson-rooms", throttle_key(client_ip(request._request))))
        secret = teacher_of(request._request)
        room = room_open(teacher=teacher_digest(secret), **chosen)
        _rehearse(room)
        pages = {
            name: reverse(f"lesson-room-{name}", args=[room.code])
            for name in ("screen", "notes", "handout")
        }
        body = {**_state(room), "pupils": room.get_absolute_url(), **pages, "ends": room.ends}
        answer = Response(body, status=status.HTTP_201_CREATED)
        teacher_give(answer, secret)
        ticket_give(answer, ticket_for(request._request, room))
        return answer


class RoomDetail(PublicApiView):
    """A room."""

    @extend_schema("lesson_state", responses={200: RoomState, **_FINDS})
    def get(self, request: Request, code: str) -> Response:
        """Ask where the class is. With the cookie of the room's page this costs one query."""
        return Response(_state(_room(request, code)))


class RoomMoves(PublicApiView):
    """Moves of a room."""

    @extend_schema("lesson_move", request=RoomMove, responses={200: RoomState, **_CHANGES})
    def post(self, request: Request, code: str) -> Response:
        """Show the class another place, which closes an open vote. For the room's teacher alone.

        It names the version that it was made on: of two moves at once, one gets a 409.
        """
        enforce_csrf(request._request)
        room = _room(request, code)
        wanted = valid(RoomMove, request)
        _require_teacher(request, room)
        place = Place(wanted["step"], Phase(wanted["phase"]))
        if place not in places(LESSONS[room.lesson]):
            raise drf.ValidationError({"phase": ["The lesson has no such place."]}, code="unknown")
        if room.version != wanted["version"] or not room_move(
            room, step=place.step, phase=place.phase
        ):
            raise Conflict("Another window has moved the room", code="moved")
        room.refresh_from_db()
        _rehearse(room)
        return Response(_state(Room.objects.with_votes().get(pk=room.pk)))


class RoomRuns(PublicApiView):
    """What is played in a room."""

    @extend_schema("lesson_run", request=RoomRun, responses={200: RoomRun, **_FINDS})
    def post(self, request: Request, code: str) -> Response:
        """Keep what the screen has played at a step, for the handout. For the teacher alone."""
        enforce_csrf(request._request)
        room = _room(request, code)
        said = valid(RoomRun, request)
        _require_teacher(request, room)
        throttle.take(Limit("lesson-votes", throttle_key(client_ip(request._request))))
        steps = LESSONS[room.lesson].all_steps()
        played = {name: told for name, told in said.items() if name != "step"}
        if said["step"] >= len(steps) or not is_of(steps[said["step"]], played):
            raise drf.ValidationError({"step": ["It does not play this."]}, code="unknown")
        run_note(room, step=said["step"], played=played)
        return Response(said)


class RoomVotes(PublicApiView):
    """Votes in a room."""

    @extend_schema("lesson_vote", request=RoomVote, responses={200: RoomVote, **_CHANGES})
    def post(self, request: Request, code: str) -> Response:
        """Vote, or change one's vote while it is open. One vote for each browser."""
        enforce_csrf(request._request)
        room = _room(request, code)
        vote = valid(RoomVote, request)
        throttle.take(Limit("lesson-votes", throttle_key(client_ip(request._request))))
        ticket = ticket_for(request._request, room)
        if not _cast(room, ticket.digest, **vote):
            raise Conflict("This vote is closed", code="closed")
        answer = Response(vote)
        ticket_give(answer, ticket)
        return answer


def _room(request: Request, code: str) -> Room:
    room = room_find(request._request, code)
    if room is None or room.lesson not in LESSONS:
        raise NotFound("There is no such room, or its day is over")
    return room


def _require_teacher(request: Request, room: Room) -> None:
    if not is_teacher(request._request, room):
        raise PermissionDenied("Only the browser that opened the room may do that")


def _cast(room: Room, pupil: uuid.UUID, *, step: int, round: int, answer: int) -> bool:  # noqa: A002
    if (room.step, room.open_round) != (step, round):
        return False
    if answer >= len(LESSONS[room.lesson].all_steps()[step].answers):
        raise drf.ValidationError({"answer": ["There is no such answer."]}, code="unknown")
    return vote_cast(room, pupil, answer=answer)


def _state(room: Room) -> dict[str, Any]:
    names = ("code", "lesson", "version", "step", "phase")
    return {**{name: getattr(room, name) for name in names}, "votes": room.votes_in}


def _rehearse(room: Room) -> None:
    round_ = JOINED if room.phase == Phase.LOBBY else room.open_round
    if room.is_rehearsal and round_ is not None:
        votes_make_up(room, LESSONS[room.lesson].all_steps()[room.step], round_=round_)
