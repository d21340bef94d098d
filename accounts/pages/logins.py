"""The devices of whoever is signed in: a list, and pages that say what ending one will do."""

import uuid
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import EndReason, User
from accounts.pages.account import form_page
from accounts.site import logins as devices
from accounts.site.signin import current_login, end_session


@login_required
@require_safe
def logins(request: HttpRequest) -> HttpResponse:
    """Every live login in one list, and those that ended recently with the reason."""
    page = devices.page_number(request.GET.get("page"))
    found = devices.listing(whose(request), current=current_login(request), page=page)
    context = {
        "found": found,
        "others": page > 1 or len(found.live) > 1,
        "kept": settings.ENDED_LOGINS_KEPT,
        "session_idle": settings.SESSION_IDLE,
        "refresh_lifetime": settings.REFRESH_TOKEN_LIFETIME,
    }
    return render(request, "pages/logins.html", context)


@login_required
@form_page
def end(request: HttpRequest, login_id: uuid.UUID) -> HttpResponse:
    """Ask, then end one login. Another user's does not exist."""
    user, current = whose(request), current_login(request)
    login = user.logins.filter(pk=login_id).first()
    if login is None:
        raise Http404
    entry = devices.entry(login, user, current)
    if entry.ended:
        messages.info(request, f"{entry.device} was signed out before: {entry.ended.why}.")
        return redirect("logins")
    if request.method != "POST":
        return render(request, "pages/login_end.html", {"entry": entry, "entries": [entry]})
    devices.end_one(user, login_id, current=current)
    if entry.is_current:
        return leave(request, "You are logged out.")
    messages.success(request, f"{entry.device} is signed out. Its next request will be refused.")
    return redirect("logins")


@login_required
@form_page
def end_others(request: HttpRequest) -> HttpResponse:
    """Ask, then end every login but this one."""
    user, current = whose(request), current_login(request)
    if request.method != "POST":
        found = devices.listing(user, current=current)
        others = [entry for entry in found.live if not entry.is_current]
        return render(request, "pages/login_end_others.html", {"entries": others, "found": found})
    ended = devices.end_others(user, current=current)
    messages.success(request, f"{counted(ended)} signed out. You stay logged in here.")
    return redirect("logins")


@login_required
@form_page
def end_all(request: HttpRequest) -> HttpResponse:
    """Ask, then log out everywhere."""
    user = whose(request)
    if request.method != "POST":
        found = devices.listing(user, current=current_login(request))
        return render(request, "pages/login_end_all.html", {"entries": found.live, "found": found})
    ended = user.end_logins(EndReason.EVERYWHERE)
    return leave(request, f"You are logged out everywhere: {counted(ended)} signed out.")


def whose(request: HttpRequest) -> User:
    """The user who asks."""
    return cast(User, request.user)


def leave(request: HttpRequest, words: str) -> HttpResponse:
    """Drop the cookie of a login that has just ended."""
    end_session(request)
    messages.success(request, words)
    return redirect("compare")


def counted(devices: int) -> str:
    """`"1 device is"`, `"3 devices are"`."""
    return "1 device is" if devices == 1 else f"{devices} devices are"
