"""Who is in a room: random ids in two cookies, tied to no account and to no name.

The teacher's is a secret, of which a room keeps a digest. The pupil's is signed and names the room
that it was let into: a request with it is no guess of a code, so that nothing has to be counted.
"""

import secrets
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from accounts import conf
from accounts.models import Room
from accounts.site import throttle
from accounts.site.clients import client_ip, throttle_key
from accounts.site.throttle import Limit

_TEACHER, _PUPIL = "lesson_teacher", "lesson_pupil"
_SALT = "accounts.lesson"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A pupil's id, and the code of the room that it was let into."""

    pupil: str
    code: str

    @property
    def digest(self) -> uuid.UUID:
        """What is kept beside a vote."""
        return _digest(self.pupil)


def ticket_of(request: HttpRequest) -> Ticket | None:
    """The ticket of this request's cookie; None without one of ours."""
    try:
        pupil, code = signing.loads(request.COOKIES.get(conf.cookie_name(_PUPIL), ""), salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Ticket(pupil, code)


def ticket_for(request: HttpRequest, room: Room) -> Ticket:
    """A ticket for a room that was found, with the id that the browser has already, if any."""
    known = ticket_of(request)
    return Ticket(known.pupil if known else secrets.token_hex(16), room.code)


def ticket_give(response: HttpResponseBase, ticket: Ticket) -> None:
    """Set the pupil's cookie."""
    _remember(response, _PUPIL, signing.dumps([ticket.pupil, ticket.code], salt=_SALT))


def room_find(request: HttpRequest, code: str) -> Room | None:
    """The room with a code, as people type it, and ``votes_in``. One query for who has its ticket.

    Raises:
        Throttled: too many wrong codes came from this address, so that right ones are not told.
    """
    code = code.upper().replace("-", "").replace(" ", "")
    ticket = ticket_of(request)
    limit = Limit("lesson-codes", throttle_key(client_ip(request)))
    if ticket is None or ticket.code != code:
        throttle.refuse(throttle.full([limit]))
    room = Room.objects.going_on().with_votes().filter(pk=code).first()
    if room is None:
        throttle.charge([limit])
    return room


def teacher_of(request: HttpRequest) -> str:
    """The secret of this browser's teacher; a new one without a cookie."""
    return request.COOKIES.get(conf.cookie_name(_TEACHER), "") or secrets.token_urlsafe(32)


def teacher_digest(secret: str) -> uuid.UUID:
    """What a room keeps of it."""
    return _digest(secret)


def teacher_give(response: HttpResponseBase, secret: str) -> None:
    """Set the teacher's cookie."""
    _remember(response, _TEACHER, secret)


def is_teacher(request: HttpRequest, room: Room) -> bool:
    """Whether this browser opened the room."""
    return teacher_digest(teacher_of(request)) == room.teacher


def _digest(secret: str) -> uuid.UUID:
    keyed = salted_hmac(_SALT, secret, algorithm="sha256").digest()
    return uuid.UUID(bytes=keyed[:16])


def _remember(response: HttpResponseBase, name: str, value: str) -> None:
    # Lax: a pupil may come from a link in a mail, and must not become a second pupil by that.
    response.set_cookie(
        conf.cookie_name(name),
        value,
        max_age=settings.LESSON_ROOM_LIFETIME,
        httponly=True,
        secure=not settings.DEMO,
        samesite="Lax",
    )
