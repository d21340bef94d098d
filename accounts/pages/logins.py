"""A user's devices: the list, and pages that say what ending a login does before it is done."""

import uuid
from http import HTTPStatus
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from accounts.models import EndReason, User
from accounts.pages.account import form_data, form_page
from accounts.pages.errors import throttled
from accounts.pages.forms import ConfirmForm
from accounts.site import logins as devices
from accounts.site.guesses import BadCredentials
from accounts.site.signin import confirm, current_login, end_session, must_confirm
from accounts.site.throttle import Throttled


@login_required
@require_safe
def logins(request: HttpRequest) -> HttpResponse:
    """List the live logins, and those that ended recently with the reason."""
    user, current = signed_in_user(request), current_login(request)
    try:
        page = devices.page_number(request.GET.get("page"))
        found = devices.listing(user, current=current, page=page)
    except devices.NoSuchPage:
        raise Http404 from None
    context = {
        "found": found,
        "others": page > 1 or len(found.live) > 1,
        "kept": settings.ENDED_LOGINS_KEPT,
        "session_idle": settings.SESSION_IDLE,
        "refresh_lifetime": settings.REFRESH_TOKEN_LIFETIME,
    }
    return render(request, "pages/logins.html", context)


@sensitive_post_parameters()
@login_required
@form_page
def end(request: HttpRequest, login_id: uuid.UUID) -> HttpResponse:
    """Ask, then end one login. That of another user is a 404."""
    user, current = signed_in_user(request), current_login(request)
    login = user.logins.filter(pk=login_id).first()
    if login is None:
        raise Http404
    entry = devices.entry(login, user, current)
    if entry.ended:
        messages.info(request, f"{entry.device} was signed out before: {entry.ended.why}.")
        return redirect("logins")
    page = question(
        request,
        "pages/login_end.html",
        {"entry": entry, "entries": [entry]},
        needs_password=not entry.is_current,
    )
    if page:
        return page
    devices.end_one(user, login_id, current=current)
    if entry.is_current:
        return log_out_here(request, "You are logged out.")
    messages.success(request, f"{entry.device} is signed out. Its next request will be refused.")
    return redirect("logins")


@sensitive_post_parameters()
@login_required
@form_page
def end_others(request: HttpRequest) -> HttpResponse:
    """Ask, then end every login but this one."""
    user, current = signed_in_user(request), current_login(request)
    found = devices.listing(user, current=current)
    others = [entry for entry in found.live if not entry.is_current]
    context = {"entries": others, "found": found}
    if page := question(request, "pages/login_end_others.html", context):
        return page
    ended = devices.end_others(user, current=current)
    messages.success(request, f"{counted(ended)} signed out. You stay logged in here.")
    return redirect("logins")


@sensitive_post_parameters()
@login_required
@form_page
def end_all(request: HttpRequest) -> HttpResponse:
    """Ask, then log out everywhere."""
    user = signed_in_user(request)
    found = devices.listing(user, current=current_login(request))
    context = {"entries": found.live, "found": found}
    if page := question(request, "pages/login_end_all.html", context):
        return page
    ended = user.end_logins(EndReason.EVERYWHERE)
    return log_out_here(request, f"You are logged out everywhere: {counted(ended)} signed out.")


def question(
    request: HttpRequest, template: str, context: dict[str, Any], *, needs_password: bool = True
) -> HttpResponse | None:
    """The page that asks; None once it was answered, with the password where that was long ago."""
    form = None
    if needs_password and must_confirm(current_login(request)):
        form = ConfirmForm(signed_in_user(request), form_data(request))
    try:
        if request.method == "POST" and (form is None or gives_password(request, form)):
            return None
    except Throttled as problem:
        return throttled(request, problem.retry_after)
    is_refused = form is not None and bool(form.errors)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return render(request, template, {**context, "form": form}, status=status)


def gives_password(request: HttpRequest, form: ConfirmForm) -> bool:
    """Whether the form holds the user's password; if not, the form says so.

    Raises:
        Throttled: too many wrong guesses.
    """
    if not form.is_valid():
        return False
    try:
        confirm(request, signed_in_user(request), form.cleaned_data["password"])
    except BadCredentials:
        form.add_error("password", "This is not your password.")
        return False
    return True


def signed_in_user(request: HttpRequest) -> User:
    """The user of a request to a view that requires a log-in."""
    return cast(User, request.user)


def log_out_here(request: HttpRequest, words: str) -> HttpResponse:
    """Drop the cookie of the login, which has just ended, and say so on the first page."""
    end_session(request)
    messages.success(request, words)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def counted(devices: int) -> str:
    """``"1 device is"``, ``"3 devices are"``."""
    return "1 device is" if devices == 1 else f"{devices} devices are"
