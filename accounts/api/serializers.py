"""Bodies of requests and answers; those for tokens have simplejwt's shapes."""

from typing import get_args

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.api.authentication import Action
from accounts.api.references import EVENT, STRATEGY
from accounts.models import EndReason
from accounts.site.logins import EXPIRED, UNUSED
from accounts.site.signin import MAX_PASSWORD_LENGTH

CARRIERS = ["session", "jwt"]
END_REASONS = [*EndReason.values, EXPIRED, UNUSED]


def _password_field(*, required: bool = True) -> serializers.CharField:
    return serializers.CharField(
        required=required,
        max_length=MAX_PASSWORD_LENGTH,
        trim_whitespace=False,
        write_only=True,
        style={"input_type": "password"},
    )


class NamePassword(serializers.Serializer[None]):
    """A name and a password; the password is neither trimmed nor cut."""

    username = serializers.CharField(max_length=150, write_only=True)
    password = _password_field()


class SessionStart(NamePassword):
    """A log-in by cookie; without ``remember`` the cookie ends when the browser is closed."""

    remember = serializers.BooleanField(default=False, write_only=True)


class NewPassword(serializers.Serializer[None]):
    """The current password and the new one; neither is trimmed or cut."""

    old_password = _password_field()
    new_password = _password_field()


class Confirmation(serializers.Serializer[None]):
    """The password once more, where it was given more than ten minutes ago."""

    password = _password_field(required=False)


class TokenPair(serializers.Serializer[None]):
    """The answer to a log-in by token."""

    refresh = serializers.CharField(read_only=True)
    access = serializers.CharField(read_only=True)
    expires_in = serializers.IntegerField(
        read_only=True, min_value=0, help_text="Seconds that the access token lives."
    )


class Refresh(serializers.Serializer[None]):
    """A refresh token that a client sends."""

    refresh = serializers.CharField(write_only=True)


class AnyToken(serializers.Serializer[None]):
    """A token of either type that a client sends."""

    token = serializers.CharField(write_only=True)


class CsrfToken(serializers.Serializer[None]):
    """The token that unsafe requests by cookie send as ``X-CSRFToken``."""

    csrf_token = serializers.CharField(read_only=True)


class Me(serializers.Serializer[None]):
    """The user and the login of a request."""

    id = serializers.IntegerField(read_only=True)
    username = serializers.CharField(read_only=True)
    role = serializers.CharField(read_only=True)
    login = serializers.UUIDField(read_only=True, help_text="This login; the sid of its tokens.")
    carrier = serializers.ChoiceField(choices=CARRIERS, read_only=True)


class SessionStarted(Me, CsrfToken):
    """The answer to a log-in by cookie."""


@extend_schema_serializer(deprecate_fields=["ended_because"])
class LoginEntry(serializers.Serializer[None]):
    """One login of the user. Times in UTC."""

    id = serializers.UUIDField(read_only=True, help_text="The sid of its tokens.")
    device = serializers.CharField(read_only=True, help_text="In words: Firefox on Windows.")
    address = serializers.IPAddressField(read_only=True, allow_null=True)
    carrier = serializers.ChoiceField(choices=CARRIERS, read_only=True)
    created = serializers.DateTimeField(read_only=True)
    last_seen = serializers.DateTimeField(read_only=True, help_text="To the minute.")
    expires = serializers.DateTimeField(read_only=True, help_text="Fixed; no refresh moves it.")
    unused_until = serializers.DateTimeField(read_only=True, help_text="Its end if not used.")
    current = serializers.BooleanField(read_only=True, help_text="The login of this request.")
    ended_at = serializers.DateTimeField(read_only=True, allow_null=True)
    end_reason = serializers.ChoiceField(
        choices=END_REASONS, read_only=True, allow_null=True, help_text="Null while it is live."
    )
    ended_because = serializers.ChoiceField(
        choices=END_REASONS,
        read_only=True,
        allow_null=True,
        help_text="The former name of end_reason.",
    )


class EndedCount(serializers.Serializer[None]):
    """How many logins ended."""

    ended = serializers.IntegerField(read_only=True, min_value=0)


class PasswordChanged(EndedCount):
    """How many others ended, and for a token login its new tokens."""

    access = serializers.CharField(required=False)
    refresh = serializers.CharField(required=False)
    expires_in = serializers.IntegerField(
        required=False, min_value=0, help_text="Seconds that the access token lives."
    )


@extend_schema_field(STRATEGY)
class StrategySlug(serializers.SlugField):
    """A strategy of the lab."""


@extend_schema_field(EVENT)
class EventSlug(serializers.SlugField):
    """An event of the lab."""


class Problem(serializers.Serializer[None]):
    """An error."""

    detail = serializers.CharField(read_only=True)
    code = serializers.CharField(read_only=True)


class TokenMessage(serializers.Serializer[None]):
    """What was wrong with a bearer token, in simplejwt's shape."""

    token_class = serializers.CharField(read_only=True)
    token_type = serializers.CharField(read_only=True)
    message = serializers.CharField(read_only=True)


class Unauthorized(Problem):
    """A 401, and what helps the client."""

    action = serializers.ChoiceField(
        choices=get_args(Action),
        read_only=True,
        help_text="refresh: the login goes on, send its refresh token. log_in: it does not.",
    )
    messages = TokenMessage(many=True, required=False)
