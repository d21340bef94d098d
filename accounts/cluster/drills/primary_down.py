"""The primary database is killed."""

import time
from collections.abc import Iterator

from accounts.cluster.clients import OK, UNAVAILABLE, Device
from accounts.cluster.drills import _base
from accounts.cluster.drills._base import BAD, GOOD, Drill, Figure, Line, Outcome, Stage
from accounts.cluster.parts import PARTS, SITES

_TIMES = 3  # questions to each place while it is away
_BOUND = 5.0  # seconds within which an answer has to come
_PATIENCE = 20.0  # seconds
_POLL = 0.02  # seconds


class PrimaryDown(Drill):
    """Log in with a token of the site, then kill the primary database as ``kill -9`` does it.

    Who goes on? Each process is asked with the token, the reader, which has its own copy of the
    data, and both resource servers: the one that has the public keys, and the one that asks the
    site. Then the primary is started again, and asked until there is a good answer.
    """

    slug = "primary-down"
    title = "Kill the primary"
    promise = (
        "Without the database the site answers 503 with Retry-After within 5 s and lets nobody in; "
        "it answers well again at most 2 s after the database is back. The resource server goes on."
    )
    needs = (*SITES, "primary", "resource")
    order = 60

    def run(self, stage: Stage) -> Iterator[Line | Outcome]:
        live, ended = stage.token_device(), stage.token_device()
        ended.log_out()
        for part in (*SITES, *stage.there("reader", "resource", "asker")):
            stage.ask(part, live)
        yield Line("A device is logged in with a token of the site; another one has logged out")
        answers: dict[str, list[tuple[int, bool, float]]] = {}
        with stage.without("primary", kill=True):
            yield Line("The primary is killed")
            for part in (*SITES, *stage.there("reader", "resource", "asker")):
                found = answers[part] = [_ask(stage, part, live) for _ in range(_TIMES)]
                status, _, seconds = found[-1]
                told = (
                    f"{PARTS[part][0]} answers {status} after {_base.milliseconds(seconds * 1000)}"
                )
                yield Line(told, GOOD if status == OK else BAD)
            let_in = sum(_ask(stage, site, ended)[0] == OK for site in SITES)
        back = time.perf_counter()
        yield Line("The primary is back")
        recovery = {site: _recovery(stage, site, live, back) for site in SITES}
        let_in += sum(stage.ask(site, ended) == OK for site in SITES)
        slowest = max(seconds for site in SITES for _, _, seconds in answers[site])
        longest = max(recovery.values())
        good = [PARTS[part][0] for part, found in answers.items() if found[-1][0] == OK]
        yield Line(f"All processes answer well {longest:.1f} s after the database is back", GOOD)
        yield Outcome(
            kept=_is_kept(answers, let_in, slowest, longest),
            words=f"While the primary is away, these go on: {', '.join(good)}. The processes "
            f"answer 503 with Retry-After, the slowest after {_base.milliseconds(slowest * 1000)}; "
            f"{let_in} requests with a token that had ended were let in. Back to good answers "
            f"{longest:.1f} s after the database.",
            figures=[
                Figure("Slowest 503", round(slowest * 1000, 1), "ms"),
                Figure("Let in after their log-out", let_in),
                Figure("Good answers again after", round(longest, 2), "s"),
                Figure("Resource server's good answers", _good(answers, "resource")),
            ],
        )


def _ask(stage: Stage, part: str, device: Device) -> tuple[int, bool, float]:
    """Status, whether there was a Retry-After, and seconds."""
    import httpx  # late, as the lab does

    path = "/" if part in ("resource", "asker") else device.path
    began = time.perf_counter()
    response = httpx.get(
        f"{stage.addresses[part]}{path}", headers=device.headers, timeout=_PATIENCE
    )
    seconds = time.perf_counter() - began
    return response.status_code, "Retry-After" in response.headers, seconds


def _recovery(stage: Stage, site: str, device: Device, back: float) -> float:
    """Seconds from the return of the database until a process answers well."""
    while stage.ask(site, device) != OK:
        if time.perf_counter() - back > _PATIENCE:
            break
        time.sleep(_POLL)
    return time.perf_counter() - back


def _good(answers: dict[str, list[tuple[int, bool, float]]], part: str) -> int:
    return sum(status == OK for status, _, _ in answers.get(part, ()))


def _is_kept(
    answers: dict[str, list[tuple[int, bool, float]]], let_in: int, slowest: float, longest: float
) -> bool:
    refused = all(
        status == UNAVAILABLE and says_when
        for site in SITES
        for status, says_when, _ in answers[site]
    )
    goes_on = _good(answers, "resource") == _TIMES
    return refused and goes_on and not let_in and slowest < _BOUND and longest <= 2.0  # noqa: PLR2004
