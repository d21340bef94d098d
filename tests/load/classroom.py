"""A class of forty in front of a demo, for a few minutes: what each request gets, and how soon.

``.venv/bin/python -m tests.load.classroom --minutes 3`` starts a demo of its own on loopback, with
data that are thrown away, and prints how often each action got which status, and after how long.
"""

import random
import re
import secrets
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Barrier

import httpx
from rich.console import Console
from rich.table import Table

PEOPLE = 40
MAX_MINUTES = 45
THINKING = (1.0, 5.0)  # seconds between two things that a person does
PATIENCE = 60.0  # seconds for one answer
LANES = ("session-db", "jwt-user")

# What was done, the status that it got (0 for none) and the seconds that it took.
Sample = tuple[str, int, float]


@contextmanager
def demo(*arguments: str) -> Iterator[tuple[str, str]]:
    """A demo with fresh data: its address, and the password of the account ``ada``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with TemporaryDirectory(prefix="classroom-") as folder:
        command = [sys.executable, "manage.py", "demo", "--data", folder, "--port", str(port)]
        process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            said = ""
            while "Open http" not in said:
                line = process.stdout.readline()
                if not line:
                    sys.exit(f"The demo did not start. {said}")
                said += line
            found = re.search(r"ada +(\S+)", said)
            assert found is not None
            yield f"http://127.0.0.1:{port}", found[1]
        finally:
            process.terminate()
            process.communicate()


class Person:
    """One browser: it does what a lesson asks for until the time is over."""

    def __init__(self, number: int, site: str, password: str, samples: list[Sample]) -> None:
        # The server closes an idle connection after two seconds; a browser asks again by itself.
        limits = httpx.Limits(keepalive_expiry=1)
        self._http = httpx.Client(base_url=site, timeout=PATIENCE, limits=limits, trust_env=False)
        self._random = random.Random(number)  # noqa: S311
        self._name = f"pupil-{number}"
        self._password = password
        self._samples = samples  # appending is atomic

    def attend(self, begin: Barrier, seconds: float) -> None:
        """Log in and run everything together with all others, then do this and that."""
        self._send("page", "GET", "/")
        begin.wait()
        end = time.monotonic() + seconds
        self._log_in("ada", self._password)
        self._run_all(min(end, time.monotonic() + seconds / 3))
        self._sign_up()
        while time.monotonic() < end:
            time.sleep(min(self._random.uniform(*THINKING), max(0.0, end - time.monotonic())))
            if self._random.random() < 0.15:
                self._log_in("ada", "mistyped")
            elif self._random.random() < 0.1:
                self._run("run a cell", end, ["opaque"], ["log-out"])
            else:
                for lane in LANES:
                    self._compare(lane)

    def _send(self, what: str, method: str, path: str, **body: object) -> httpx.Response | None:
        began = time.monotonic()
        try:
            response = self._http.request(method, path, **body)  # type: ignore[arg-type]
        except httpx.HTTPError:
            self._samples.append((what, 0, time.monotonic() - began))
            return None
        self._samples.append((what, response.status_code, time.monotonic() - began))
        return response

    def _post(self, what: str, path: str, token: str = "", **body: object) -> dict[str, str]:
        headers = {"X-CSRFToken": self._csrf()}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        response = self._send(what, "POST", path, json=body, headers=headers)
        return response.json() if response is not None and response.content else {}

    def _csrf(self) -> str:
        response = self._send("csrf token", "GET", "/api/session/login/")
        return str(response.json().get("csrf_token", "")) if response is not None else ""

    def _log_in(self, name: str, password: str) -> None:
        right = "log in" if password == self._password else "log in, mistyped"
        self._post(right, "/api/session/login/", username=name, password=password)

    def _sign_up(self) -> None:
        self._post("log out", "/api/session/logout/")
        page = self._send("page", "GET", "/signup/")
        found = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.text if page else "")
        password = secrets.token_urlsafe()
        form = {
            "csrfmiddlewaretoken": found[1] if found else "",
            "username": self._name,
            "password1": password,
            "password2": password,
        }
        self._send("sign up", "POST", "/signup/", data=form)

    def _compare(self, slug: str) -> None:
        made = self._post("throwaway user", "/api/lab/users/")
        lab = f"/api/lab/{slug}"
        who = {"username": made.get("username", ""), "password": made.get("password", "")}
        token = self._post("lab log-in", f"{lab}/login/", **who).get("access", "")
        stolen = self._post("thief copies", f"{lab}/thief/copy/", token).get("copy", "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._send("lab request", "GET", f"{lab}/me/", headers=headers)
        self._post("lab log-out", f"{lab}/logout/", token)
        self._post("thief replays", f"{lab}/thief/replay/", copy=stolen)

    def _run_all(self, end: float) -> None:
        page = self._send("page", "GET", "/lab/")
        chosen = [
            sorted(set(re.findall(rf'data-{kind}="([\w-]+)"', page.text if page else "")))
            for kind in ("strategy", "event")
        ]
        self._run("run all", end, *chosen)

    def _run(self, what: str, end: float, strategies: list[str], events: list[str]) -> None:
        """Play cells when it is one's turn; whoever is still waiting at the end gives up."""
        began = time.monotonic()
        body = {"strategies": strategies, "events": events}
        headers = {"X-CSRFToken": self._csrf()}
        while time.monotonic() < end:
            try:
                with self._http.stream(
                    "POST", "/api/lab/runs/", json=body, headers=headers
                ) as answer:
                    if answer.status_code != httpx.codes.ACCEPTED:
                        self._samples.append(
                            (f"{what}, turn", answer.status_code, time.monotonic() - began)
                        )
                        for _ in answer.iter_lines():
                            if time.monotonic() > end:
                                return
                        break
                    answer.read()
                    place = answer.json()["place"]
                    self._samples.append((f"{what}, in line", 202, float(place)))
                    wait = float(answer.headers["Retry-After"])
            except httpx.HTTPError:
                self._samples.append((f"{what}, turn", 0, time.monotonic() - began))
                return
            time.sleep(min(wait, max(0.0, end - time.monotonic())))
        over = time.monotonic() < end
        self._samples.append(
            (f"{what}, {'done' if over else 'stopped'}", 200, time.monotonic() - began)
        )


def table(samples: list[Sample]) -> Table:
    """A row per action; for a place in the line it is the place instead of seconds."""
    drawn = Table("action", "number", "statuses", "median s", "95 % s", "longest s")
    for what in sorted({sample[0] for sample in samples}):
        mine = [sample for sample in samples if sample[0] == what]
        statuses = Counter(status for _, status, _ in mine)
        times = sorted(seconds for *_, seconds in mine)
        most = quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        figures = [f"{figure:.2f}" for figure in (median(times), most, times[-1])]
        drawn.add_row(
            what,
            str(len(mine)),
            ", ".join(f"{status}: {number}" for status, number in sorted(statuses.items())),
            *figures,
        )
    return drawn


def main() -> None:
    """Play the class and print the figures."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--postgres", action="store_true", help="On a private PostgreSQL.")
    options = parser.parse_args()
    seconds = min(options.minutes, MAX_MINUTES) * 60
    people = min(options.people, PEOPLE)
    samples: list[Sample] = []
    begin = Barrier(people)
    with (
        demo(*(["--postgres"] if options.postgres else [])) as (site, password),
        ThreadPoolExecutor(people) as pool,
    ):
        persons = [Person(number, site, password, samples) for number in range(people)]
        for done in [pool.submit(person.attend, begin, seconds) for person in persons]:
            done.result()
    Console().print(table(samples))


if __name__ == "__main__":
    main()
