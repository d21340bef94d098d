"""The API's documentation, drawn from its schema by Swagger UI."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The page, on which every request can be tried, with a token or with the login's cookie."""
    return render(request, "pages/docs.html")
