"""What tracing costs the site's own API: switched on, switched off, and without it in the code."""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from time import thread_time_ns
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings
from django.urls import reverse

from accounts.bench.client import Client, environ
from accounts.bench.result import TracingCost
from accounts.bench.statistics import median_us, ratio
from accounts.models import User, login_begin
from accounts.strategies.jwt_blacklist_joined import JwtBlacklistJoined
from accounts.tokens.realm import site_realm
from accounts.tracing import recorder

_MIDDLEWARE = "accounts.tracing.middleware.TraceMiddleware"
_SEED = 5
WARM_UP = 4
BLOCK = 20  # requests before the condition changes
# The effect is a few per cent; with fewer repetitions, noise from other load would hide it.
MIN_TURNS = 25
CONDITIONS = 3
_NO_STEP = nullcontext()


@dataclass(frozen=True, slots=True)
class Condition:
    """A way to send requests: by a client, inside a block. ``took`` is in nanoseconds."""

    client: Client
    block: Callable[[], AbstractContextManager[None]]
    took: list[int] = field(default_factory=list)


def measure(rounds: int, report: Callable[[], None]) -> TracingCost:
    """CPU per request of ``/api/me/`` by token, the three conditions interleaved."""
    headers = {"Authorization": f"Bearer {_token()}"}
    client = Client()
    none = Condition(Client(_application_without_tracing()), _without_steps)
    off, on = Condition(client, nullcontext), Condition(client, _switched_on)
    for condition in _shuffled([none, off, on], _turns(rounds)):
        with condition.block():
            took = [_send(condition.client, headers) for _ in range(WARM_UP + BLOCK)]
        condition.took.extend(took[WARM_UP:])
        report()
    none_us, off_us, on_us = (median_us(condition.took) for condition in (none, off, on))
    return {
        "none_us": none_us,
        "off_us": off_us,
        "on_us": on_us,
        "off": ratio(off_us, none_us),
        "on": ratio(on_us, none_us),
    }


def total_blocks(rounds: int) -> int:
    """How often ``measure`` reports."""
    return CONDITIONS * _turns(rounds)


def _turns(rounds: int) -> int:
    """Enough for a ratio that holds, unless the run is too short for any."""
    return max(min(MIN_TURNS, rounds // 2), rounds // BLOCK)


def _send(client: Client, headers: dict[str, str]) -> int:
    request = environ(reverse("api-me"), headers)
    began = thread_time_ns()
    client.send(request)
    return thread_time_ns() - began


def _token() -> str:
    user = User.objects.create_user("bench")
    strategy = JwtBlacklistJoined(site_realm())
    return strategy.issue(login_begin(user, strategy=strategy.slug)).value


def _shuffled(conditions: list[Condition], turns: int) -> Iterator[Condition]:
    rng = random.Random(_SEED)  # noqa: S311 - guards nothing
    for _ in range(turns):
        rng.shuffle(conditions)
        yield from conditions


def _application_without_tracing() -> Any:
    kept = [name for name in settings.MIDDLEWARE if name != _MIDDLEWARE]
    with override_settings(MIDDLEWARE=kept):
        return get_wsgi_application()


@contextmanager
def _switched_on() -> Iterator[None]:
    settings.TRACING = True
    try:
        yield
    finally:
        settings.TRACING = False


@contextmanager
def _without_steps() -> Iterator[None]:
    """Replace ``step`` in every module by a function that does nothing."""
    step = recorder.step
    with ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            if name.startswith("accounts.") and vars(module).get("step") is step:
                stack.enter_context(patch.object(module, "step", _no_step))
        yield


def _no_step(name: str, *, kind: str, detail: str = "") -> nullcontext[None]:
    return _NO_STEP
