"""What every template knows."""

from django.conf import settings
from django.http import HttpRequest

from accounts.pages.navigation import navigation
from accounts.pages.versions import facts


def site(request: HttpRequest) -> dict[str, object]:
    """`navigation`, `facts` and `demo`. Asks neither the database nor the request's host."""
    return {"navigation": navigation(request.path), "facts": facts(), "demo": settings.DEMO}
