"""Many operations over three processes, of which one is killed now and then, as is the database.

``.venv/bin/python -m tests.load.operations --operations 100000`` starts a cluster of its own, in
which people log in, ask, refresh, log out, log out everywhere, change their password and are
disabled, under the site's two ways, at any of the three processes. What was acknowledged is held
against each answer that follows: nothing ended may be accepted, nothing live refused. The status is
1 where something was.

Throwaway users of the lab take part, whose passwords have a cheap hash: with the site's own, a
log-in would take longer than all else together, and the hash is not what is looked at here. The
lab's ways of these names are the code that the site itself runs.
"""

import os
import random
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
import httpx
import psycopg
from rich.console import Console

os.environ |= {"DEMO": "1", "DJANGO_SETTINGS_MODULE": "authdemo.settings"}
django.setup()  # without which the rest cannot be imported

from accounts.cluster.control import Control  # noqa: E402
from accounts.cluster.parts import SITES  # noqa: E402
from accounts.cluster.running import running  # noqa: E402
from accounts.services.gunicorn import free_port  # noqa: E402

WAYS = ("session-joined", "jwt-blacklist-joined")
PEOPLE = 8  # at the same time
DEVICES = 3  # of a user
REFRESH_AFTER = 200.0  # seconds; access tokens live for 300
KILL_EVERY = 20.0  # seconds
RECOVERY = 2.0  # seconds after the database is ready
OK, UNAUTHORIZED, SERVER_ERROR = 200, 401, 500
TIMEOUT = 15.0  # seconds
# How often each is done, for each time that a device asks.
SHARES = {"me": 60, "log in": 12, "refresh": 10, "log out": 10, "everywhere": 3, "password": 4}
SHARES["disable"] = 1


@dataclass
class Device:
    """What a device holds, and whether its login goes on; None where an answer got lost."""

    way: str
    access: str
    refresh: str = ""
    issued: float = field(default_factory=time.monotonic)
    live: bool | None = True


@dataclass
class Tally:
    """What came of all of it."""

    done: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    recovery: list[float] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self) -> int:
        """Operations that were acknowledged so far."""
        return sum(self.done.values())


class Person:
    """One user after the other, each with some devices; nobody else touches them."""

    def __init__(self, addresses: dict[str, str], database: str, tally: Tally, seed: int) -> None:
        self.addresses, self.database, self.tally = addresses, database, tally
        self.random = random.Random(seed)  # noqa: S311 - guards nothing
        self.http = httpx.Client(timeout=TIMEOUT, headers={"X-Forwarded-For": f"10.0.0.{seed}"})
        self.csrf: dict[str, str] = {}
        self.user: dict[str, str] = {}
        self.devices: list[Device] = []

    # --- Requests ---------------------------------------------------------------------------------

    def ask(
        self, method: str, path: str, device: Device | None = None, site: str = "", **more: Any
    ) -> httpx.Response | None:
        """One request at any process, or at one; None where it was not answered well."""
        site = site or self.random.choice(SITES)
        headers = dict(more.pop("headers", {}))
        if device and device.way == WAYS[0]:
            headers["Cookie"] = f"{self._cookie(device)}={device.access}; {self.csrf['Cookie']}"
            headers["X-CSRFToken"] = self.csrf["X-CSRFToken"]
        elif device:
            headers["Authorization"] = f"Bearer {device.access}"
        try:
            url = f"{self.addresses[site]}{path}"
            answer = self.http.request(method, url, headers=headers, **more)
        except httpx.TransportError:
            return None
        finally:
            self.http.cookies.clear()
        return None if answer.status_code >= SERVER_ERROR else answer

    def insist(self, act: Callable[[], httpx.Response | None]) -> httpx.Response:
        """Ask again until there is an answer."""
        while (answer := act()) is None:
            time.sleep(0.05)
        return answer

    def _cookie(self, device: Device) -> str:
        return f"lab-{device.way}{self.csrf['suffix']}"

    def begin(self) -> None:
        """A new user, and a CSRF token."""
        if not self.csrf:
            answer = self.insist(lambda: self.ask("GET", "/api/session/login/"))
            name, _, rest = answer.headers["Set-Cookie"].partition("=")
            self.csrf = {
                "Cookie": f"{name}={rest.partition(';')[0]}",
                "X-CSRFToken": answer.json()["csrf_token"],
                "suffix": name.removeprefix("csrftoken"),
            }
        self.user = self.insist(lambda: self.ask("POST", "/api/lab/users/")).json()
        self.devices = []

    # --- Operations -------------------------------------------------------------------------------

    def act(self) -> None:
        """Do one thing, and hold its answer against what is known."""
        if not self.user:
            self.begin()
        name = self.random.choices([*SHARES], [*SHARES.values()])[0]
        live = [device for device in self.devices if device.live]
        if not live and name != "me":
            name = "log in"
        done = {
            "me": lambda: self.me(self.random.choice(self.devices)) if self.devices else True,
            "log in": self.log_in,
            "refresh": lambda: self.refresh(self.random.choice(live)),
            "log out": lambda: self.log_out(self.random.choice(live)),
            "everywhere": lambda: self.everywhere(self.random.choice(live)),
            "password": lambda: self.password(self.random.choice(live)),
            "disable": self.disable,
        }[name]()
        with self.tally.lock:
            (self.tally.done if done else self.tally.lost)[name] += 1

    def me(self, device: Device, site: str = "") -> bool:
        """Ask who one is; the answer must fit what was acknowledged."""
        if device.refresh and device.live and self._is_old(device) and not self.refresh(device):
            return False
        answer = self.ask("GET", f"/api/lab/{device.way}/me/", device, site)
        if answer is None:
            return False
        accepted = answer.status_code == OK
        if device.live is None:
            device.live = accepted
        elif accepted != device.live and not (device.live and self._is_old(device)):
            what = "accepted after its end" if accepted else f"refused while live: {answer.text}"
            self.wrong(f"{device.way}: {what}")
        return True

    def _is_old(self, device: Device) -> bool:
        return bool(device.refresh) and time.monotonic() - device.issued > REFRESH_AFTER

    def wrong(self, what: str) -> None:
        """Note what ought not to have happened."""
        with self.tally.lock:
            self.tally.wrong.append(what[:300])

    def log_in(self) -> bool:
        """A new device, in the place of one that has ended where there are too many."""
        way = self.random.choice(WAYS)
        body = {name: self.user[name] for name in ("username", "password")}
        headers = {"Cookie": self.csrf["Cookie"], "X-CSRFToken": self.csrf["X-CSRFToken"]}
        answer = self.ask("POST", f"/api/lab/{way}/login/", json=body, headers=headers)
        if answer is None:
            return False
        if answer.status_code != OK:
            self.wrong(f"log in: {answer.text}")
            self.user = {}
            return True
        device = Device(way, *self._given(answer, way))
        self.devices = [*self._kept(), device]
        return True

    def _kept(self) -> list[Device]:
        ended = [device for device in self.devices if not device.live]
        live = [device for device in self.devices if device.live]
        return [*ended[-DEVICES:], *live[-DEVICES:]]

    def _given(self, answer: httpx.Response, way: str) -> tuple[str, str]:
        if way == WAYS[0]:
            lines = answer.headers.get_list("set-cookie")
            [key] = [line.partition("=")[2].partition(";")[0] for line in lines if way in line]
            return key, ""
        return answer.json()["access"], answer.json()["refresh"]

    def refresh(self, device: Device) -> bool:
        """Spend the refresh token; where the answer got lost, the same one again."""
        if not device.refresh:
            return True
        body = {"refresh": device.refresh}
        path = f"/api/lab/{device.way}/refresh/"
        answer = self.insist(lambda: self.ask("POST", path, json=body))
        if answer.status_code != OK:
            self.wrong(f"refresh: {answer.text}")
            device.live = False
            return True
        device.access, device.refresh = self._given(answer, device.way)
        device.issued = time.monotonic()
        return True

    def _ends(self, device: Device, action: str, ended: list[Device]) -> httpx.Response | None:
        """An operation that ends devices: known, or unknown where there was no answer."""
        if self._is_old(device):
            self.refresh(device)
        answer = self.ask("POST", f"/api/lab/{device.way}/{action}/", device, json={})
        if answer is not None and answer.status_code != OK:
            self.wrong(f"{action}: {answer.status_code} {answer.text}")
        for each in ended:
            if each.live:
                each.live = None if answer is None else False
        return answer

    def log_out(self, device: Device) -> bool:
        """End one device."""
        return self._ends(device, "logout", [device]) is not None

    def everywhere(self, device: Device) -> bool:
        """End all of them."""
        return self._ends(device, "logout-everywhere", self.devices) is not None

    def password(self, device: Device) -> bool:
        """A new password: the device stays, all others end. Without an answer nobody knows it."""
        others = [each for each in self.devices if each is not device]
        answer = self._ends(device, "password", others)
        if answer is None:
            self.user = {}  # a new one: of this user's devices nothing more is known
            return False
        if answer.status_code == OK:
            self.user["password"] = answer.json()["password"]
            device.access, device.refresh = self._given(answer, device.way)
            device.issued = time.monotonic()
        return True

    def disable(self) -> bool:
        """Let staff disable the account, as the admin does; then nobody of it gets in."""
        while not self._disabled():
            time.sleep(0.05)
        for device in self.devices:
            device.live = False
        for device in self.devices:
            self.me(device)
        self.user = {}
        return True

    def _disabled(self) -> bool:
        sql = "UPDATE accounts_user SET is_active = false WHERE username = %s"
        try:
            with psycopg.connect(self.database, connect_timeout=2) as database:
                database.execute(sql, [self.user["username"]])
        except psycopg.Error:
            return False
        return True

    def sweep(self) -> None:
        """Ask for each device at each process, once all is over."""
        for device in self.devices:
            for site in SITES:
                while self.user and not self.me(device, site):
                    time.sleep(0.05)


@contextmanager
def killing(control: Control, tally: Tally, every: float) -> Iterator[None]:
    """Kill a process now and then, and once the database, while the block lasts."""
    over = threading.Event()

    def kill() -> None:
        number = 0
        while not over.wait(every):
            number += 1
            part = "primary" if number == 2 else SITES[number % len(SITES)]
            control.kill(part)
            control.start(part)
            tally.kills[part] += 1
            if part == "primary":
                tally.recovery.append(_recovery(control))

    thread = threading.Thread(target=kill, name="killing")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _recovery(control: Control) -> float:
    """Seconds until each process answers well again, from the moment the database is ready."""
    began = time.monotonic()
    for part in control.state():
        while part["slug"] in SITES:
            try:
                if httpx.get(f"{part['address']}/readyz", timeout=TIMEOUT).status_code == OK:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.01)
    return time.monotonic() - began


def play(control: Control, operations: int, every: float) -> Tally:
    """Let people do so many things, and ask for all of them at the end."""
    addresses = {part["slug"]: part["address"] for part in control.state()}
    tally = Tally()
    people = [Person(addresses, addresses["primary"], tally, 1 + seed) for seed in range(PEOPLE)]

    def live(person: Person) -> None:
        try:
            while tally.number() < operations:
                person.act()
        except Exception as error:  # noqa: BLE001 - it is told, and the status says so
            person.wrong(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=live, args=[person]) for person in people]
    with killing(control, tally, every):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for person in people:
        person.sweep()
    return tally


def main(arguments: list[str]) -> int:
    """Play, and tell; 1 where something went wrong."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--operations", type=int, default=100_000)
    parser.add_argument("--every", type=float, default=KILL_EVERY, help="Seconds between kills.")
    options = parser.parse_args(arguments)
    console = Console(highlight=False)
    with (
        tempfile.TemporaryDirectory(prefix="authdemo-") as folder,
        running(Path(folder), host="127.0.0.1", port=free_port(), is_told=False) as control,
    ):
        began = time.monotonic()
        tally = play(control, options.operations, options.every)
        seconds = time.monotonic() - began
    console.print(f"{tally.number():,} operations in {seconds:.0f} s, {dict(tally.done)}")
    console.print(f"without an answer: {dict(tally.lost)}; killed: {dict(tally.kills)}")
    for recovery in tally.recovery:
        console.print(f"good answers {recovery:.2f} s after the database was ready")
    for what, number in Counter(tally.wrong).most_common():
        console.print(f"✗ {number} × {what}", markup=False)
    slow = any(recovery > RECOVERY for recovery in tally.recovery)
    console.print("✗ what was promised did not hold" if tally.wrong or slow else "✓ all held")
    return int(bool(tally.wrong) or slow)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
