"""TokenAuthentication of Django REST framework. It has no log-out: a client forgets the token.

Followed: https://www.django-rest-framework.org/api-guide/authentication/#tokenauthentication
"""

from _django import COMMON, configure, rest_views, serve
from django.urls import path

configure(
    apps=["rest_framework", "rest_framework.authtoken"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    },
)

from rest_framework.authtoken.views import obtain_auth_token

urlpatterns = [*COMMON, *rest_views(), path("api-token-auth/", obtain_auth_token)]

if __name__ == "__main__":
    serve()
