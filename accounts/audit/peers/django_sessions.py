"""Django's sessions, with the views of django.contrib.auth.

Followed: https://docs.djangoproject.com/en/5.2/topics/auth/default/#module-django.contrib.auth.views
"""

import os

from _django import COMMON, LIFETIME, configure, role, serve, short
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.urls import include, path

FORM = "<form method=post>{% csrf_token %}{{ form }}</form>"

configure(
    SESSION_ENGINE=f"django.contrib.sessions.backends.{os.environ['PEER_ENGINE']}",
    LOGIN_REDIRECT_URL="/me",
    LOGOUT_REDIRECT_URL="/accounts/login/",
    **short(SESSION_COOKIE_AGE=LIFETIME),
    templates={
        "registration/login.html": FORM,
        "registration/password_change_form.html": FORM,
        "registration/password_change_done.html": "done",
    },
)


@login_required
def me(request):
    """Who is logged in."""
    return JsonResponse({"username": request.user.username, "role": role(request.user)})


urlpatterns = [*COMMON, path("me", me), path("accounts/", include("django.contrib.auth.urls"))]

if __name__ == "__main__":
    serve()
