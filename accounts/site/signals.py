"""The one signal receiver: whoever calls Django's ``login()``, the login becomes a device."""

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User, login_begin
from accounts.site.clients import client_ip
from accounts.strategies.session_joined import SessionJoined, SessionStore


@receiver(user_logged_in)
def bind_login(sender: type[User], request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Record a login and bind it to the session, when it is one of ours."""
    if isinstance(request.session, SessionStore):
        remembered = not request.session.get_expire_at_browser_close()
        login = login_begin(
            user,
            strategy=SessionJoined.slug,
            lifetime=settings.LOGIN_LIFETIME if remembered else settings.UNREMEMBERED_LIFETIME,
            ip=client_ip(request),
            user_agent=request.META.get("HTTP_USER_AGENT", ""),
        )
        request.session.bind(login)
