"""The words that the other pages use."""

from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.templatetags.words import WORDS


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """All of them, each with an anchor to link to."""
    context = {"number": len(WORDS), "words": drawn(get_script_prefix())}
    return render(request, "pages/glossary.html", context)


@lru_cache(maxsize=4)
def drawn(prefix: str) -> SafeString:
    """The words as HTML, made once; what shows them at work is below ``prefix``."""
    context = {"words": WORDS, "prefix": prefix.rstrip("/")}
    return render_to_string("partials/glossary.html", context)
