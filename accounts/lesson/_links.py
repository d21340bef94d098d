"""Permanent links of this site: to runs of the lab, claims that were played, plays of attacks."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import Resolver404, get_script_prefix, resolve

from accounts.attacks import attacks
from accounts.claims import Verdict, claims
from accounts.lab.events import events
from accounts.lab.wording import describe
from accounts.models import AttackPlay, ClaimRun, Run
from accounts.strategies import strategies

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


def told(kept: Kept) -> str:
    """What it is, and what came of it, in a line; empty where the site no longer knows it."""
    match kept:
        case Run() if kept.strategy in strategies and kept.event in events:
            text = describe(kept.report)
            came = f"the thief’s copy: {text.word} {text.detail}".strip()
            return f"{strategies[kept.strategy].title}, {events[kept.event].title}: {came}"
        case ClaimRun() if kept.claim in claims:
            verdict = Verdict.from_json(kept.played["verdict"])
            return f"“{claims[kept.claim].said}” {verdict.kind.words}: {verdict.words}"
        case AttackPlay() if kept.attack in attacks:
            result = attacks[kept.attack]().result(kept, kept.seen())
            return f"{attacks[kept.attack].title}: {result.sentence}"
    return ""
