"""What stands in a folder beside copied source: the class for an API, and the test."""

BEARER = '''"""For an API in Django REST framework: who asks?"""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from .logins import Refused, {name}, site_realm


class LoginAuthentication(BaseAuthentication):
    """``Authorization: Bearer``, and the token that a log-in was given."""

    way = {name}(site_realm())

    def authenticate_header(self, request):
        return 'Bearer realm="api"'  # without it a refusal would be a 403

    def authenticate(self, request):
        """The user and the id of the login; None if no token was sent."""
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        verdict = self.way.check(token.strip())
        if isinstance(verdict, Refused):
            raise AuthenticationFailed(verdict.reason, code=verdict.code)
        return verdict.user, verdict.login_id
'''
COOKIE = '''"""For an API in Django REST framework: who asks?"""

from django.conf import settings
from rest_framework.authentication import SessionAuthentication

from .logins import Accepted, {name}, site_realm


class LoginAuthentication(SessionAuthentication):
    """The session's cookie; what changes something needs a CSRF token as well."""

    way = {name}(site_realm())

    def authenticate(self, request):
        """The user and the id of the login; None if no session holds."""
        verdict = self.way.check(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
        if not isinstance(verdict, Accepted):
            return None
        self.enforce_csrf(request)
        return verdict.user, verdict.login_id
'''

TEST = '''"""Log in, log out: is a copy of the credential refused?"""

from importlib.util import find_spec
from unittest import skipUnless

from django.conf import settings
from django.test import RequestFactory, TransactionTestCase

from .logins import Accepted, Refused, {name}, site_realm
from .models import User, login_begin


class LogOutTest(TransactionTestCase):
    def test_a_copy_is_refused(self):
        way = {name}(site_realm())
        user = User.objects.create_user("alice", password="correct horse battery staple")
        login = login_begin(user, strategy=way.slug)
        copied = way.issue(login)
        self.assertIsInstance(way.check(copied.value), Accepted)
        way.revoke(login, copied.value)
        self.assertIsInstance({asks}, Refused)

    @skipUnless(find_spec("rest_framework"), "only for an API in Django REST framework")
    def test_an_api_knows_the_user_until_the_log_out(self):
        from rest_framework.permissions import IsAuthenticated
        from rest_framework.response import Response
        from rest_framework.views import APIView

        from .api import LoginAuthentication

        class Me(APIView):
            authentication_classes = [LoginAuthentication]
            permission_classes = [IsAuthenticated]

            def get(self, request):
                return Response(request.user.username)

        way = LoginAuthentication.way
        login = login_begin(User.objects.create_user("alice"), strategy=way.slug)
        copied = way.issue(login).value
        request = RequestFactory().get("/"{header})
        request.COOKIES[settings.SESSION_COOKIE_NAME] = copied
        self.assertEqual(Me.as_view()(request).data, "alice")
        way.revoke(login, copied)
        self.assertEqual(Me.as_view()(request).status_code, {after})
'''
DJANGO_TEST = '''"""Log in, log out: is a copy of the cookie refused?"""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import TestCase


def is_accepted(cookie):
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(cookie)
    return get_user(request).is_authenticated


class LogOutTest(TestCase):
    def test_a_copy_is_refused(self):
        User.objects.create_user("alice", password="correct horse battery staple")
        self.client.login(username="alice", password="correct horse battery staple")
        copied = self.client.cookies[settings.SESSION_COOKIE_NAME].value
        self.assertTrue(is_accepted(copied))
        self.client.logout()
        self.assertFalse(is_accepted(copied))
'''
