"""Sign up, log in, log out, change the password."""

from http import HTTPStatus

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.pages.errors import throttled
from accounts.pages.forms import LoginForm, PasswordForm, SignUpForm, focus_first_error
from accounts.signin import (
    BadCredentials,
    Throttled,
    change_password,
    end_session,
    sign_in,
    start_session,
)

form_page = require_http_methods(["GET", "HEAD", "POST"])


@sensitive_post_parameters()
@form_page
def signup(request: HttpRequest) -> HttpResponse:
    """Make an account and log in to it."""
    if request.user.is_authenticated:
        return redirect(next_path(request))
    form = SignUpForm(request.POST or None)
    if not form.is_valid() or not (user := create(form)):
        return show(request, "pages/signup.html", form)
    start_session(request, user)
    messages.success(request, f"Welcome, {user.get_username()}. You are logged in.")
    return redirect(next_path(request))


@sensitive_post_parameters()
@form_page
def login(request: HttpRequest) -> HttpResponse:
    """Log in with a cookie session."""
    if request.user.is_authenticated:
        return redirect(next_path(request))
    form = LoginForm(request.POST or None)
    if not form.is_valid():
        return show(request, "pages/login.html", form)
    try:
        user = sign_in(request, **form.cleaned_data)
    except Throttled as problem:
        return throttled(request, problem.retry_after)
    except BadCredentials:
        form.add_error(None, "This username and password do not belong together.")
        return show(request, "pages/login.html", form)
    start_session(request, user)
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
    return redirect(next_path(request))


@sensitive_post_parameters()
@login_required
@form_page
def password(request: HttpRequest) -> HttpResponse:
    """Change the password: this login stays, the others end."""
    assert isinstance(request.user, User)
    form = PasswordForm(request.user, request.POST or None)
    if not form.is_valid():
        return show(request, "pages/password.html", form)
    try:
        sign_in(
            request,
            username=request.user.get_username(),
            password=form.cleaned_data["old_password"],
        )
    except Throttled as problem:
        return throttled(request, problem.retry_after)
    except BadCredentials:
        form.add_error("old_password", "This is not your current password.")
        return show(request, "pages/password.html", form)
    change_password(request.user, password=form.cleaned_data["new_password1"], keep=None)
    messages.success(
        request,
        "Your password is changed. You stay logged in here; "
        "all your other logins, cookie sessions and tokens alike, have ended.",
    )
    return redirect("password")


def create(form: SignUpForm) -> User | None:
    """Save the new account; None, with the reason on the form, where somebody took the name first."""
    try:
        with transaction.atomic():
            return form.save()
    except IntegrityError:
        form.add_error("username", form.instance.unique_error_message(User, ["username"]))
        return None


def show(request: HttpRequest, template: str, form: forms.BaseForm) -> HttpResponse:
    """The page with its form; a form that was refused has the status 422."""
    if form.errors:
        focus_first_error(form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, template, {"form": form, "next": wanted(request)}, status=status)


def next_path(request: HttpRequest) -> str:
    """Where to go after this form: `next`, or the first page."""
    return wanted(request) or resolve_url(settings.LOGIN_REDIRECT_URL)


def wanted(request: HttpRequest) -> str:
    """The path in `next`, or nothing: an address of another site makes a phishing link of ours."""
    path = request.POST.get("next", request.GET.get("next", ""))
    is_local = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_local else ""
