"""The admin behind the site's own log-in: one check, one throttle, one kind of login."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.admin import AdminSite as DjangoAdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.site.signin import end_session

_log = logging.getLogger(__name__)
_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


class AdminSite(DjangoAdminSite):
    """Django's admin site with the site's log-in and log-out."""

    def admin_view(self, view: _View, cacheable: bool = False) -> _View:  # noqa: FBT001, FBT002
        """Django's own, for a view that refuses values no row can have."""
        return super().admin_view(_refusing(view), cacheable)

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
        return redirect(settings.LOGOUT_REDIRECT_URL)


def _refusing(view: _View) -> _View:
    """A view that answers 400 to an id or a filter no row can have, where Django's answer 500."""

    @wraps(view)
    def refusing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except (DataError, OverflowError, ValidationError, ValueError) as error:
            # A mistake of ours looks the same: the log tells.
            _log.warning("%s refused", request.path, exc_info=error)
            raise BadRequest("No row has such a value") from error

    return refusing  # type: ignore[return-value]  # the same parameters
