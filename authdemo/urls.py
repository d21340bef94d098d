"""The root URLconf: API, pages, OAuth and the admin."""

from django.contrib import admin
from django.urls import include, path

from accounts.api import oauth
from accounts.api.late import LateView
from accounts.api.views import MeView

urlpatterns = [
    # What is requested most comes first, and outside of the include.
    path("api/me/", MeView.as_view(), name="api-me"),
    path("api/lab/<slug:slug>/me/", LateView("lab.views.LabMe"), name="api-lab-me"),
    path("api/", include("accounts.api.urls")),
    path("", include("accounts.pages.urls")),
    path("oauth/revoke/", oauth.Revoke.as_view(), name="oauth-revoke"),
    path("oauth/introspect/", oauth.Introspect.as_view(), name="oauth-introspect"),
    path(".well-known/jwks.json", oauth.JwksView.as_view(), name="jwks"),
    path(
        ".well-known/oauth-authorization-server",
        oauth.MetadataView.as_view(),
        name="oauth-metadata",
    ),
    path("admin/", admin.site.urls),
]

handler400 = "accounts.pages.errors.bad_request"
handler403 = "accounts.pages.errors.permission_denied"
handler404 = "accounts.pages.errors.not_found"
handler500 = "accounts.pages.errors.server_error"
