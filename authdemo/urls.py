"""Where everything is."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("accounts.pages.urls")),
    path("api/", include("accounts.api.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "accounts.pages.errors.bad_request"
handler403 = "accounts.pages.errors.permission_denied"
handler404 = "accounts.pages.errors.not_found"
handler500 = "accounts.pages.errors.server_error"
