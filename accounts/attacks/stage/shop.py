"""The Lamp Shop: its pages, its log-in in six houses, and its orders."""

import uuid
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from accounts.attacks.stage.fence import Refused, body_of
from accounts.attacks.stage.houses import House, house_of
from accounts.attacks.stage.plays import act_note, play_known
from accounts.attacks.stage.stops import own_view, stop
from accounts.tokens.realm import TokenRefused

#: the address of the thief's own server, which no request from outside has (RFC 5737)
THIEF_ADDRESS = "192.0.2.66"
CUSTOMERS = {"victim": "lamp-and-light", "attacker": "dark-and-quiet"}


def house_known(play_id: uuid.UUID, slug: str) -> House:
    """The house of an address of the theatre.

    Raises:
        Http404: there is no such play or house.
    """
    house = house_of(play_known(play_id), slug)
    if house is None:
        raise Http404
    return house


def hello(request: HttpRequest) -> HttpResponse:
    """A picture that the site asks for, to find out whether a browser finds the shop."""
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
    return HttpResponse(picture, content_type="image/svg+xml")


def login(request: HttpRequest, play_id: uuid.UUID, house: str) -> HttpResponse:
    """Log in a customer by name and password, as the shop's page does."""
    kept, body = house_known(play_id, house), body_of(request)
    _only_post(request)
    name = body.get("username")
    if not isinstance(name, str) or CUSTOMERS.get(name) != body.get("password"):
        raise Refused(HTTPStatus.UNAUTHORIZED, "wrong_password", "Name or password is wrong")
    try:
        answer = kept.log_in(name, body)
    except TokenRefused as refused:
        raise Refused(HTTPStatus.BAD_REQUEST, refused.code, refused.reason) from None
    act_note(kept.play, "log-in", house, customer=name)
    return answer


def refresh(request: HttpRequest, play_id: uuid.UUID, house: str) -> HttpResponse:
    """Another access token, where the house has one to give."""
    kept, body = house_known(play_id, house), body_of(request)
    _only_post(request)
    try:
        return kept.renew(request, body)
    except TokenRefused as refused:
        raise Refused(HTTPStatus.UNAUTHORIZED, refused.code, refused.reason) from None


def order(request: HttpRequest, play_id: uuid.UUID, house: str) -> HttpResponse:
    """Order a lamp. Who ordered, and from where, is written down either way."""
    kept, body = house_known(play_id, house), body_of(request)
    _only_post(request)
    # Only the thief's own server orders from there; a page in the visitor's browser cannot.
    by = "thief" if request.META.get("REMOTE_ADDR") == THIEF_ADDRESS else "tab"
    customer, problem = _customer(kept, request, body)
    act_note(kept.play, "order", house, by=by, item=_item(body), customer=customer, refused=problem)
    if problem:
        raise Refused(HTTPStatus.UNAUTHORIZED, problem, f"No lamp: {problem.replace('_', ' ')}")
    return JsonResponse({"ordered": _item(body), "account": customer})


def _customer(kept: House, request: HttpRequest, body: dict[str, object]) -> tuple[str, str]:
    """Who orders, and why it is refused, as a code; that is empty where it is not."""
    try:
        customer = kept.check(request).customer
    except TokenRefused as refused:
        return "", refused.code
    if "password" in kept.play.defences and body.get("password") != CUSTOMERS[customer]:
        return customer, "password_wanted"
    return customer, ""


def _item(body: dict[str, object]) -> str:
    return str(body.get("item", ""))[:40]


def _only_post(request: HttpRequest) -> None:
    if request.method != "POST":
        raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", "Use POST")


urlpatterns = [
    path("hello.svg", hello),
    path("<uuid:play_id>/stop/<int:number>/", stop),
    path("<uuid:play_id>/at/<slug:name>/", own_view),
    path("<uuid:play_id>/<slug:house>/login/", login),
    path("<uuid:play_id>/<slug:house>/refresh/", refresh),
    path("<uuid:play_id>/<slug:house>/order/", order),
]
