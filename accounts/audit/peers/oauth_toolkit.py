"""django-oauth-toolkit: tokens of the password grant for a public client, stored in rows.

Followed: https://django-oauth-toolkit.readthedocs.io/en/latest/rest-framework/getting_started.html
and, for a public client that revokes its tokens, .../tutorial/tutorial_04.html
"""

from _django import COMMON, LIFETIME, configure, rest_views, serve, short
from django.urls import include, path

configure(
    apps=["rest_framework", "oauth2_provider"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "oauth2_provider.contrib.rest_framework.OAuth2Authentication"
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    },
    OAUTH2_PROVIDER={
        "SCOPES": {"read": "Read scope"},
        **short(ACCESS_TOKEN_EXPIRE_SECONDS=LIFETIME, REFRESH_TOKEN_EXPIRE_SECONDS=LIFETIME),
    },
)

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from oauth2_provider import urls as oauth2_urls

urlpatterns = [*COMMON, *rest_views(), path("o/", include(oauth2_urls))]

if __name__ == "__main__":
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    get_application_model().objects.get_or_create(
        client_id="audit",
        defaults={
            "client_type": "public",
            "authorization_grant_type": "password",
            "name": "audit",
            "client_secret": "",
        },
    )
    serve(get_wsgi_application())
