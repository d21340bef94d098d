"""The admin behind the site's own log-in: one check, one throttle, one kind of login."""

from django.contrib.admin import AdminSite as DjangoAdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.signin import end_session


class AdminSite(DjangoAdminSite):
    """Django's admin site with the site's log-in and log-out."""

    def login(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Send to the site's log-in page; a user who is not staff is told so there."""
        if request.user.is_authenticated:
            return super().login(request, extra_context)
        return redirect_to_login(request.GET.get("next", request.get_full_path()))

    def logout(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """End the login."""
        end_session(request)
        return redirect("compare")
