"""A pair that somebody played, for whoever has its address: two of the lab's runs side by side."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.bench.measures.machine import machine
from accounts.lab.events.log_out import LogOut
from accounts.lab.wording import CellText, describe
from accounts.models import Run
from accounts.pages.lab.cells import Named, named_strategy
from accounts.strategies import strategies


@dataclass(frozen=True, slots=True)
class Lane:
    """One of the two."""

    strategy: Named
    run: Run
    text: CellText


@require_safe
def tried(request: HttpRequest, left: uuid.UUID, right: uuid.UUID) -> HttpResponse:
    """What the log-out did to the thief in both, when and where."""
    lanes = [_lane(pk) for pk in (left, right)]
    first = lanes[0].run
    context = {
        "lanes": lanes,
        "played": first.created,
        "database": first.database,
        "machine": machine(),
        "kept_until": first.created + settings.LAB_RUN_LIFETIME,
    }
    return render(request, "pages/tried.html", context)


def _lane(pk: uuid.UUID) -> Lane:
    run = get_object_or_404(Run.objects.defer("transcript"), pk=pk, event=LogOut.slug)
    if run.strategy not in strategies:
        raise Http404  # it was taken out of the program since
    return Lane(named_strategy(strategies[run.strategy]), run, describe(run.report))
