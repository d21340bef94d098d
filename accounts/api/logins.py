"""A user's own logins, with either credential: list them, end them, change the password."""

import uuid
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as InvalidPassword
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers
from accounts.api.authentication import Auth, current_login
from accounts.api.views import ApiView, token_pair, valid
from accounts.models import EndReason, Login, PasswordReplaced, User
from accounts.site import logins, signin
from accounts.site.guesses import BadCredentials
from accounts.site.security import security_note

_FROM_ONE = {"type": "integer", "minimum": 1}
_REFUSED = {401: serializers.Unauthorized, 403: serializers.Problem}


def confirm(request: Request, user: User, auth: Auth) -> None:
    """Ask for the password, unless it was given a short while ago.

    Raises:
        PermissionDenied: it is missing; with the code ``password_required``.
        ValidationError: it is wrong.
    """
    password = valid(serializers.Confirmation, request).get("password")
    if password is None:
        if signin.must_confirm(auth.login_id):
            raise PermissionDenied(
                "Send your password along: it was given too long ago", code="password_required"
            )
        return
    try:
        signin.confirm(request._request, user, password, login_id=auth.login_id)
    except BadCredentials as error:
        raise ValidationError({"password": ["This is not your current password."]}) from error


class Logins(ApiView):
    """Every login of the user."""

    @extend_schema(
        "account_logins",
        parameters=[
            OpenApiParameter("page", _FROM_ONE, description="Counted from 1."),
            OpenApiParameter("Link", str, "header", response=[200], description="The next page."),
            OpenApiParameter("X-Total-Count", int, "header", response=[200], required=True),
        ],
        responses={
            200: serializers.LoginEntry(many=True),
            401: serializers.Unauthorized,
            404: serializers.Problem,
        },
        filters=False,
    )
    def get(self, request: Request) -> Response:
        """List the live logins, the current one first, then those that ended in the last days.

        Cookie sessions and token logins are listed alike, a hundred live ones to a page. If there
        are more, the ``Link`` header names the next page (RFC 8288). ``X-Total-Count`` is how many
        are live, on all pages. Of more than a thousand, those that were used last are listed.
        """
        user, auth = current_login(request)
        try:
            page = logins.page_number(request.query_params.get("page"))
            found = logins.listing(user, current=auth.login_id, page=page)
        except logins.NoSuchPage as error:
            raise NotFound("There is no such page") from error
        response = Response(
            [_shown(entry) for entry in (*found.live, *found.ended)],
            headers={"X-Total-Count": str(found.total)},
        )
        if not found.is_last:
            response["Link"] = f'<{request.path}?page={page + 1}>; rel="next"'
        return response


def _shown(entry: logins.Entry) -> dict[str, Any]:
    login, ended = entry.login, entry.ended
    return {
        "id": login.pk,
        "device": str(entry.device),
        "address": login.ip,
        "carrier": entry.family.value,
        "created": login.created,
        "last_seen": login.last_seen,
        "expires": login.expires,
        "unused_until": min(login.unused_until, login.expires),
        "current": entry.is_current,
        "ended_at": ended.at if ended else None,
        "end_reason": ended.code if ended else None,
        "ended_because": ended.code if ended else None,
    }


class LoginDetail(ApiView):
    """One login of the user."""

    @extend_schema(
        "account_end_login",
        request=serializers.Confirmation,
        responses={204: None, 404: serializers.Problem, 429: serializers.Problem, **_REFUSED},
    )
    def delete(self, request: Request, login_id: uuid.UUID) -> Response:
        """End a login: its credentials are refused from the next request on. May be repeated.

        Another user's login is answered like one that does not exist.
        """
        user, auth = current_login(request)
        if login_id != auth.login_id:
            confirm(request, user, auth)
        try:
            logins.end_one(user, login_id, current=auth.login_id)
        except Login.DoesNotExist as error:
            raise NotFound("You have no such login") from error
        if login_id == auth.login_id:
            _forget_cookie(request, auth)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _forget_cookie(request: Request, auth: Auth) -> None:
    if auth.carrier == "session":
        request._request.session.flush()


class LogoutEverywhere(ApiView):
    """All logins of the user at once."""

    @extend_schema(
        "account_logout_everywhere",
        request=serializers.Confirmation,
        responses={200: serializers.EndedCount, 429: serializers.Problem, **_REFUSED},
    )
    def post(self, request: Request) -> Response:
        """End every login, the current one too: all cookies and tokens are refused from now on."""
        user, auth = current_login(request)
        confirm(request, user, auth)
        ended = user.end_logins(EndReason.EVERYWHERE)
        _forget_cookie(request, auth)
        return Response({"ended": ended})


class Password(ApiView):
    """The password."""

    @extend_schema(
        "account_change_password",
        request=serializers.NewPassword,
        responses={
            200: serializers.PasswordChanged,
            429: serializers.Problem,
            **_REFUSED,
        },
    )
    def post(self, request: Request) -> Response:
        """Change the password.

        The device that asks stays logged in; all others end, cookies and tokens alike. It is given
        a new cookie or new tokens, as no copy of its old ones counts any more.
        """
        user, auth = current_login(request)
        body = valid(serializers.NewPassword, request)
        _check_new(body["new_password"], user)
        ended = _change(request, user.get_username(), auth, **body)
        security_note(request._request, "password changed", user_id=user.pk)
        if auth.carrier == "session":
            signin.renew_session_key(request._request)
            return Response({"ended": ended})
        pair = signin.renew_token_login(auth.login_id)
        return Response({"ended": ended, **(token_pair(pair) if pair else {})})


def _check_new(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except InvalidPassword as error:
        raise ValidationError({"new_password": error.messages}) from error


def _change(
    request: Request, username: str, auth: Auth, *, old_password: str, new_password: str
) -> int:
    try:
        user = signin.sign_in(request._request, username=username, password=old_password)
        return user.change_password(new_password, keep=auth.login_id)
    except (BadCredentials, PasswordReplaced) as error:
        raise ValidationError({"old_password": ["This is not your current password."]}) from error
