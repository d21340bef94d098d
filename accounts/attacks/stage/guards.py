"""What a server can ask of a request before it acts: was it sent by a page of its own, or not."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.attacks._base import Defence
from accounts.attacks.stage.hosts import Party, origin_of
from accounts.models import AttackPlay

TOKEN = Defence("token", "A token in the form", "Only the shop’s own pages know it.")
ORIGIN = Defence("origin", "Look at Origin", "The browser says which page sends a POST.")
FETCH_METADATA = Defence(
    "fetch-metadata",
    "Look at Sec-Fetch-Site",
    "The browser says whether the page is of this origin, this site, or another.",
)
DEFENCES = (TOKEN, ORIGIN, FETCH_METADATA)
#: what was wrong with a request that one of them refused
WORDS = {"token": "missing token", "origin": "Origin", "fetch-metadata": "Sec-Fetch-Site"}


def csrf_token(play: AttackPlay) -> str:
    """What the shop writes into its own forms, and no other page can read."""
    return salted_hmac("accounts.attacks.csrf", play.pk.hex, algorithm="sha256").hexdigest()


def _has_no_token(request: HttpRequest, play: AttackPlay) -> bool:
    return not constant_time_compare(request.POST.get("csrf", ""), csrf_token(play))


def _has_another_origin(request: HttpRequest, play: AttackPlay) -> bool:
    return request.META.get("HTTP_ORIGIN") != origin_of(Party.SHOP, play.home)


def _is_sent_from_elsewhere(request: HttpRequest, play: AttackPlay) -> bool:
    return request.META.get("HTTP_SEC_FETCH_SITE") not in ("same-origin", "none")


_REFUSES: Mapping[str, Callable[[HttpRequest, AttackPlay], bool]] = {
    TOKEN.slug: _has_no_token,
    ORIGIN.slug: _has_another_origin,
    FETCH_METADATA.slug: _is_sent_from_elsewhere,
}


def refused_by(request: HttpRequest, play: AttackPlay) -> str:
    """The first defence of the play that refuses a request; empty where none does."""
    on = (name for name in _REFUSES if name in play.defences)
    return next((name for name in on if _REFUSES[name](request, play)), "")
