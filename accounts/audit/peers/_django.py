"""What the examples in Django share: one file is a project, on a SQLite file of its own.

The environment says where: PORT, DATA (a folder), SECRET. With LIFETIME (seconds) what a log-in
gives ends soon, where one wants to see its end.
"""

import json
import os
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings
from django.core.management import call_command
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

LIFETIME = int(os.environ.get("LIFETIME", "0"))


def short(**settings):
    """Settings of a short life; without LIFETIME none, and all is as it comes."""
    return settings if LIFETIME else {}


def configure(*, apps=(), middleware=(), templates=None, **own):
    """Settings as startproject writes them, and what the example adds."""
    settings.configure(
        SECRET_KEY=os.environ["SECRET"],
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="__main__",
        USE_TZ=True,
        # A slow hash on purpose would cost minutes here, and is not what is asked.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": Path(os.environ["DATA"]) / "db.sqlite3",
                "OPTIONS": {"timeout": 20},
            }
        },
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            *apps,
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            *middleware,
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "context_processors": ["django.template.context_processors.request"],
                    "loaders": [("django.template.loaders.locmem.Loader", templates or {})],
                },
            }
        ],
        **own,
    )
    django.setup()


def role(user):
    """An editor, until staff says otherwise."""
    return "editor" if user.groups.filter(name="editor").exists() else "member"


@csrf_exempt
def sign_up(request):
    """Make an account."""
    from django.contrib.auth.models import Group, User

    sent = json.loads(request.body)
    user = User.objects.create_user(sent["username"], sent["email"], sent["password"])
    user.groups.add(Group.objects.get_or_create(name="editor")[0])
    return JsonResponse({}, status=201)


@csrf_exempt
def staff_disable(request):
    """What staff does in the admin: the account is not active."""
    from django.contrib.auth.models import User

    User.objects.filter(username=json.loads(request.body)["username"]).update(is_active=False)
    return JsonResponse({})


@csrf_exempt
def staff_demote(request):
    """The same: the user is in no group."""
    from django.contrib.auth.models import User

    User.objects.get(username=json.loads(request.body)["username"]).groups.clear()
    return JsonResponse({})


COMMON = [
    path("signup", sign_up),
    path("staff/disable", staff_disable),
    path("staff/demote", staff_demote),
]


def rest_views():
    """With the REST framework: who one is, and a change of password by Django's own means."""
    from rest_framework.exceptions import ValidationError
    from rest_framework.response import Response
    from rest_framework.views import APIView

    class Me(APIView):
        def get(self, request):
            return Response({"username": request.user.username, "role": role(request.user)})

    class Password(APIView):
        def post(self, request):
            if not request.user.check_password(request.data["old"]):
                raise ValidationError("not your password")
            request.user.set_password(request.data["new"])
            request.user.save()
            return Response({})

    return [path("me", Me.as_view()), path("password", Password.as_view())]


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each request."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Prints nothing: an address may hold what is secret."""

    def log_message(self, *_):
        """Say nothing."""


def serve(application=None):
    """Make the tables, and answer until somebody ends it."""
    if application is None:
        from django.core.wsgi import get_wsgi_application

        call_command("migrate", verbosity=0, run_syncdb=True)
        application = get_wsgi_application()
    port = int(os.environ["PORT"])
    make_server("127.0.0.1", port, application, Server, Quiet).serve_forever()
