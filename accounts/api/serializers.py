"""Bodies of the API, in simplejwt's shapes."""

from rest_framework import serializers

from accounts.signin import LONGEST_PASSWORD


class NamePassword(serializers.Serializer[None]):
    """A name and a password; the password neither trimmed nor cut."""

    username = serializers.CharField(max_length=150, write_only=True)
    password = serializers.CharField(
        max_length=LONGEST_PASSWORD,
        trim_whitespace=False,
        write_only=True,
        style={"input_type": "password"},
    )


class TokenPair(serializers.Serializer[None]):
    """What a log-in by token answers."""

    refresh = serializers.CharField(read_only=True)
    access = serializers.CharField(read_only=True)


class Refresh(serializers.Serializer[None]):
    """A refresh token sent in."""

    refresh = serializers.CharField(write_only=True)


class AnyToken(serializers.Serializer[None]):
    """A token of either type sent in."""

    token = serializers.CharField(write_only=True)


class Nothing(serializers.Serializer[None]):
    """An empty object, simplejwt's answer to ``verify`` and ``blacklist``."""


class CsrfToken(serializers.Serializer[None]):
    """The token that unsafe requests by cookie send as ``X-CSRFToken``."""

    csrf_token = serializers.CharField(read_only=True)


class Me(serializers.Serializer[None]):
    """Who the request belongs to."""

    id = serializers.IntegerField(read_only=True)
    username = serializers.CharField(read_only=True)
    role = serializers.CharField(read_only=True)
    login = serializers.UUIDField(read_only=True, help_text="This login; the sid of its tokens.")
    carrier = serializers.ChoiceField(choices=["session", "jwt"], read_only=True)


class Problem(serializers.Serializer[None]):
    """An error."""

    detail = serializers.CharField(read_only=True)
    code = serializers.CharField(read_only=True)
