"""The API's documentation, drawn from its schema by Swagger UI."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The page: every request can be tried on it, by token or by the cookie of this login."""
    return render(request, "pages/docs.html")
