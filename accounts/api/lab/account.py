"""What a throwaway user does to all of its logins at once, under any strategy of the lab."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.lab import answers as lab_answers
from accounts.api.lab.views import SLUG, LabView
from accounts.lab import users as lab
from accounts.models import PasswordReplaced
from accounts.strategies import Refused

_CHANGED = Refused(
    "change password", "password_changed", "Another device changed the password just now"
)


class NewLabPassword(lab_answers.LabAnswer):
    """The answer to a change of password: the new one, made by the server like the first."""

    password = serializers.CharField(read_only=True)


@extend_schema(parameters=[SLUG])
class LabLogoutEverywhere(LabView):
    """Log out everywhere."""

    @extend_schema(request=None, responses={200: lab_answers.LabAnswer, 401: lab_answers.LabAnswer})
    def post(self, request: Request, slug: str) -> Response:
        """Let the strategy end every login of the user, as far as it can."""
        self.login = self.own_login(request)
        self.strategy.revoke_all(self.login.user)
        self.verdict = lab_answers.did(
            "log out everywhere", "logged_out", "The strategy ended every login that it can end"
        )
        response = Response({})
        self.drop(response)
        return response


@extend_schema(parameters=[SLUG])
class LabPassword(LabView):
    """Change the password."""

    @extend_schema(request=None, responses={200: NewLabPassword, 401: lab_answers.LabAnswer})
    def post(self, request: Request, slug: str) -> Response:
        """Give the user a new random password. This device stays, with a new credential."""
        self.login = self.own_login(request)
        try:
            password = lab.change_password(self.login)
        except PasswordReplaced:
            self.refuse(_CHANGED)
        credential = self.strategy.reissue(self.login, self.credential)
        self.verdict = lab_answers.did("change password", "password_changed", "Password changed")
        response = Response({"password": password})
        self.hand_out(response, credential)
        return response
