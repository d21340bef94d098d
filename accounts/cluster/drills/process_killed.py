"""One of three processes is killed."""

from collections.abc import Iterator

from accounts.cluster.clients import OK, UNAUTHORIZED, Eyes
from accounts.cluster.drills import _base
from accounts.cluster.drills._base import BAD, GOOD, Drill, Figure, Line, Outcome, Stage
from accounts.cluster.parts import SITES

_LOGINS = 6
_KILLED = "site-2"
_ENOUGH = 20  # answers through the proxy, before and after
_PATIENCE = 10.0  # seconds


class ProcessKilled(Drill):
    """Log in six devices, half with a token of the site and half with its session; log out two.

    Then process 2 is killed as ``kill -9`` does it, while a seventh device asks through the proxy
    without a pause, and process 2 is started again. What was acknowledged has to hold everywhere:
    the six are asked at each process.
    """

    slug = "process-killed"
    title = "Kill a process"
    promise = (
        "No log-out that was acknowledged is forgotten and no live login is lost; the proxy goes "
        "on with the other two."
    )
    needs = (*SITES, "proxy", "primary")
    order = 20

    def run(self, stage: Stage) -> Iterator[Line | Outcome]:
        make = (stage.token_device, stage.session_device)
        devices = [make[number % 2]() for number in range(_LOGINS)]
        ended, live = devices[:2], devices[2:]
        for device in ended:
            device.log_out()
        yield Line(f"{_LOGINS} devices log in at process 1, and {len(ended)} of them log out again")
        eye = stage.eye("proxy", live[0])
        with Eyes([eye]) as eyes:
            eyes.wait(lambda: len(eye.samples) >= _ENOUGH, _PATIENCE)
            with stage.without(_KILLED, kill=True):
                seen = len(eye.samples)
                yield Line("Process 2 is killed, and gets no chance to finish anything")
                eyes.wait(lambda: len(eye.samples) >= seen + _ENOUGH, _PATIENCE)
            yield Line("Process 2 is started again, and asked with the others")
        lost = [each for each in eye.samples if each.status != OK]
        longest = max(each.answered - each.sent for each in eye.samples) * 1000
        wrong = [
            f"{site} answers {status}"
            for site in SITES
            for device, right in ((d, UNAUTHORIZED if d in ended else OK) for d in devices)
            if (status := stage.ask(site, device)) != right
        ]
        for each in wrong:
            yield Line(each, BAD)
        told = f"{len(eye.samples)} requests through the proxy, {len(lost)} without a good answer"
        yield Line(told, GOOD if len(lost) <= 1 else BAD)
        yield Outcome(
            # The one that was being answered when the process died is lost with it.
            kept=not wrong and len(lost) <= 1,
            words=f"{told}; the slowest took {_base.milliseconds(longest)}. "
            f"Of {len(devices) * len(SITES)} answers afterwards, {len(wrong)} were wrong.",
            figures=[
                Figure("Requests", len(eye.samples)),
                Figure("Lost", len(lost)),
                Figure("Slowest answer", round(longest, 1), "ms"),
                Figure("Wrong answers afterwards", len(wrong)),
            ],
        )
