"""Sign up, log in, log out, change the password."""

from http import HTTPStatus
from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, login_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import PasswordReplaced, User
from accounts.pages.errors import throttled
from accounts.pages.forms import LoginForm, PasswordForm, SignUpForm, focus_first_error
from accounts.site.guesses import BadCredentials
from accounts.site.security import security_note
from accounts.site.signin import (
    count_sign_up,
    current_login,
    end_session,
    renew_session_key,
    sign_in,
    start_session,
)
from accounts.site.throttle import Throttled

form_page = require_http_methods(["GET", "HEAD", "POST"])


@sensitive_post_parameters()
@login_not_required
@form_page
def signup(request: HttpRequest) -> HttpResponse:
    """Create an account and log in to it."""
    if request.user.is_authenticated:
        return redirect(next_path(request))
    if request.method == "POST":
        try:
            count_sign_up(request)
        except Throttled as problem:
            return throttled(request, problem.retry_after, "accounts")
    form = SignUpForm(form_data(request))
    if not form.is_valid() or not (user := create_account(form)):
        return render_form(request, "pages/signup.html", form)
    start_session(request, user, remember=False)
    messages.success(request, f"Welcome, {user.get_username()}. You are logged in.")
    return redirect(next_path(request))


@sensitive_post_parameters()
@login_not_required
@form_page
def login(request: HttpRequest) -> HttpResponse:
    """Log in with a cookie session; whoever was logged in here is logged out."""
    form = LoginForm(form_data(request))
    if not form.is_valid():
        return render_form(request, "pages/login.html", form)
    name, secret = form.cleaned_data["username"], form.cleaned_data["password"]
    try:
        user = sign_in(request, username=name, password=secret)
    except Throttled as problem:
        return throttled(request, problem.retry_after)
    except BadCredentials:
        form.add_error(None, "Wrong username or password.")
        return render_form(request, "pages/login.html", form)
    start_session(request, user, remember=form.cleaned_data["remember"])
    messages.success(request, f"You are logged in as {user.get_username()}.")
    return redirect(next_path(request))


def logout(request: HttpRequest) -> HttpResponse:
    """End this login. Only by POST: a link or a picture on another site could do it otherwise."""
    if request.method != "POST":
        page = render(request, "pages/logout.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
        page["Allow"] = "POST"
        return page
    end_session(request)
    messages.success(request, "You are logged out.")
    return redirect(safe_next(request) or settings.LOGOUT_REDIRECT_URL)


@sensitive_post_parameters()
@login_required
@form_page
def password(request: HttpRequest) -> HttpResponse:
    """Change the password: this login stays, the others end."""
    form = PasswordForm(cast(User, request.user), form_data(request))
    if not form.is_valid():
        return render_form(request, "pages/password.html", form)
    old, new = form.cleaned_data["old_password"], form.cleaned_data["new_password1"]
    try:
        user = sign_in(request, username=request.user.get_username(), password=old)
        ended = user.change_password(new, keep=current_login(request))
    except Throttled as problem:
        return throttled(request, problem.retry_after)
    except (BadCredentials, PasswordReplaced):
        form.add_error("old_password", "This is not your current password.")
        return render_form(request, "pages/password.html", form)
    security_note(request, "password changed", user_id=user.pk)
    renew_session_key(request)
    messages.success(request, f"Your password is changed. {consequence(ended)}")
    return redirect("password")


def consequence(ended: int) -> str:
    """A sentence: what a change of password did to the logins."""
    if not ended:
        return "You stay logged in here. You had no other login."
    others = "other login has" if ended == 1 else f"{ended} other logins have"
    return f"You stay logged in here. Your {others} ended."


def create_account(form: SignUpForm) -> User | None:
    """Save the new account; None, and an error on the form, if somebody took the name first."""
    user: User = form.save(commit=False)  # hashes: no lock of the database is held meanwhile
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        form.add_error("username", form.instance.unique_error_message(User, ["username"]))
        return None
    return user


def form_data(request: HttpRequest) -> QueryDict | None:
    """The fields of a form that was sent; None if the page was only asked for."""
    return request.POST if request.method == "POST" else None


def render_form(request: HttpRequest, template: str, form: forms.BaseForm) -> HttpResponse:
    """The page with its form; the status is 422 if the form has errors."""
    if form.errors:
        focus_first_error(form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, template, {"form": form, "next": safe_next(request)}, status=status)


def next_path(request: HttpRequest) -> str:
    """The path to go to after this form: that in ``next``, or the first page."""
    return safe_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL)


def safe_next(request: HttpRequest) -> str:
    """The path in ``next``; empty if it leads to another site, as it would in a phishing link."""
    path = request.POST.get("next", request.GET.get("next", ""))
    is_local = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_local else ""
