"""The words that the other pages use."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.templatetags.words import WORDS


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """All of them, each with an anchor to link to."""
    return render(request, "pages/glossary.html", {"words": WORDS})
