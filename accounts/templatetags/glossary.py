"""What links a page to the glossary where it uses a word first."""

import re
from collections.abc import Collection, Sequence

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.templatetags.words import WORDS

register = template.Library()

# Where each word stands in the glossary, by its name in small letters.
_ANCHORS = {one.name.casefold(): one.anchor for one in WORDS}
_LINKED = {one.name.casefold() for one in WORDS if not one.everyday}
# The longest first: a session key is not a session. A part of ``jwt-blacklist`` is no word.
_USES = re.compile(
    rf"(?<![\w-])({'|'.join(sorted(map(re.escape, _LINKED), key=len, reverse=True))})s?(?![\w-])",
    re.IGNORECASE,
)


def addresses() -> dict[str, str]:
    """Where words stand in the glossary, by their names in small letters, for scripts.

    A script links them wherever it writes them, so the words of every day are left out.
    """
    url = reverse("glossary")
    return {name: f"{url}#{_ANCHORS[name]}" for name in _LINKED}


@register.simple_tag
def word(name: str, text: str = "") -> SafeString:
    """A link to a word, which is written as ``text`` where that is given.

    Raises:
        KeyError: the glossary has no such word.
    """
    url = f"{reverse('glossary')}#{_ANCHORS[name.casefold()]}"
    return format_html('<a class="word" href="{}">{}</a>', url, text or name)


@register.filter
def first_uses(paragraphs: Sequence[str], known: Collection[str] = ()) -> list[SafeString]:
    """The paragraphs of a page, each word of the glossary linked where it stands first.

    They may have elements without attributes, ``<code>``, but no links of their own. ``known``
    words are linked elsewhere on the page.
    """
    ahead = _ANCHORS.keys() - {*known}

    def linked(use: re.Match[str]) -> str:
        if (name := use[1].casefold()) not in ahead:
            return use[0]
        ahead.remove(name)
        return word(name, use[0])

    escaped = map(conditional_escape, paragraphs)
    return [mark_safe(_USES.sub(linked, one)) for one in escaped]  # noqa: S308  (escaped above)
