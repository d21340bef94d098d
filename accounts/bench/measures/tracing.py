"""What tracing costs the site's own API: switched on, switched off, and taken out altogether."""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from time import thread_time_ns
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test.utils import override_settings
from django.urls import reverse

from accounts.bench.client import Sender, environ
from accounts.bench.result import TracingCost
from accounts.bench.statistics import microseconds, ratio
from accounts.models import User, login_begin
from accounts.strategies.jwt_blacklist_joined import JwtBlacklistJoined
from accounts.tokens.realm import site_realm
from accounts.tracing import recorder

_MIDDLEWARE = "accounts.tracing.middleware.TraceMiddleware"
_SEED = 5
WARM_UP = 4
BLOCK = 20  # requests before the condition changes
# A few per cent are to be seen: with fewer turns, what else the machine does decides.
FEWEST_TURNS = 25
CONDITIONS = 3
_NOTHING = nullcontext()

Condition = Callable[[], Any]


def measure(rounds: int, report: Callable[[], None]) -> TracingCost:
    """CPU per request of ``/api/me/`` by token, the three conditions interleaved."""
    headers = {"Authorization": f"Bearer {_token()}"}
    with_tracing, without = Sender(), Sender(_application_without_tracing())
    conditions = [
        ("none", without, _taken_out),
        ("off", with_tracing, nullcontext),
        ("on", with_tracing, _switched_on),
    ]
    took: dict[str, list[int]] = {name: [] for name, *_ in conditions}
    for name, sender, condition in _shuffled(conditions, _turns(rounds)):
        with condition():
            took[name] += [_one(sender, headers) for _ in range(WARM_UP + BLOCK)][WARM_UP:]
        report()
    medians = {name: microseconds(samples) for name, samples in took.items()}
    return {
        "none_us": medians["none"],
        "off_us": medians["off"],
        "on_us": medians["on"],
        "off": ratio(medians["off"], medians["none"]),
        "on": ratio(medians["on"], medians["none"]),
    }


def steps(rounds: int) -> int:
    """How often ``measure`` reports."""
    return CONDITIONS * _turns(rounds)


def _turns(rounds: int) -> int:
    return max(FEWEST_TURNS, rounds // BLOCK)


def _one(sender: Sender, headers: dict[str, str]) -> int:
    request = environ(reverse("api-me"), headers)
    began = thread_time_ns()
    sender.send(request)
    return thread_time_ns() - began


def _token() -> str:
    user = User.objects.create_user("bench")
    strategy = JwtBlacklistJoined(site_realm())
    return strategy.issue(login_begin(user, strategy=strategy.slug)).value


def _shuffled(conditions: Sequence[Any], rounds: int) -> Iterator[Any]:
    chance = random.Random(_SEED)  # noqa: S311 - guards nothing
    order = list(conditions)
    for _ in range(rounds):
        chance.shuffle(order)
        yield from order


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
def _taken_out() -> Iterator[None]:
    """No step anywhere: every module's ``step`` does nothing at all."""
    step = recorder.step
    with ExitStack() as stack:
        for name, module in list(sys.modules.items()):
            if name.startswith("accounts.") and vars(module).get("step") is step:
                stack.enter_context(patch.object(module, "step", _no_step))
        yield


def _no_step(name: str, *, kind: str, detail: str = "") -> nullcontext[None]:
    return _NOTHING
