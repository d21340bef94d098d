"""The admin behind the site's own log-in: one check, one throttle, one kind of login."""

from django.contrib.admin import AdminSite as DjangoAdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.signin import end_session


class AdminSite(DjangoAdminSite):
    """Django's admin site with the site's log-in and log-out."""

    def login(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Send to the site's log-in page.

        Django's own form is never shown: it checks passwords without a throttle.

        Raises:
            PermissionDenied: the user is logged in and not staff.
        """
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))

    def password_change(  # type: ignore[override]  # a redirect in place of its form
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Send to the site's page, which throttles guesses at the old password."""
        return redirect("password")

    def logout(  # type: ignore[override]  # a redirect in place of its page
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """End the login; by POST alone, as on the site's own page."""
        if request.method != "POST":
            return redirect("logout")
        end_session(request)
        return redirect("compare")
