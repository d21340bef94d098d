"""Permanent links of this site: to runs of the lab, claims that were played, plays of attacks."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import Resolver404, get_script_prefix, resolve

from accounts.models import AttackPlay, ClaimRun, Run

Kept = Run | ClaimRun | AttackPlay

# By the name of the page. Transcripts are long, and nothing here is told of them.
_KINDS: Mapping[str, Callable[[], QuerySet[Any]]] = {
    "lab-run": lambda: Run.objects.defer("transcript"),
    "claim-run": ClaimRun.objects.all,
    "attack-play": AttackPlay.objects.all,
}


def linked(text: str) -> Kept | None:
    """What a link of this site leads to, as somebody pasted it; None for anything else.

    Its host is not looked at: a telephone knows this site by another name than the teacher's
    laptop. What counts is that the run is here.
    """
    path = re.sub(r"^(https?://)?[^/]*", "", text.strip(), flags=re.IGNORECASE)
    path = re.split(r"[?#]", path, maxsplit=1)[0]
    try:
        found = resolve(f"/{path.removeprefix(get_script_prefix())}")
    except Resolver404:
        return None
    if found.view_name not in _KINDS:
        return None
    [pk] = found.kwargs.values()
    kept: Kept | None = _KINDS[found.view_name]().filter(pk=pk).first()
    return kept
