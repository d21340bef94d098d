"""People who log in, ask and log out, while processes and the database are killed under them.

What was acknowledged is held against each answer that follows: nothing ended may be accepted,
nothing live refused. ``operations.py`` plays it for long, ``tests/cluster`` for a moment.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg

from accounts.cluster.control import Control
from accounts.cluster.parts import SITES

WAYS = ("session-joined", "jwt-blacklist-joined")
PEOPLE = 8  # at the same time
DEVICES = 3  # of a user
REFRESH_AFTER = 200.0  # seconds; access tokens live for 300
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
    #: what was killed could not be started again: nobody need wait for an answer any more
    is_broken: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self) -> int:
        """Operations that were acknowledged so far."""
        with self.lock:
            return sum(self.done.values())

    def note(self, what: str) -> None:
        """Remember what ought not to have happened."""
        with self.lock:
            self.wrong.append(what[:300])


class Person:
    """One user after the other, each with some devices; nobody else touches them."""

    def __init__(self, addresses: dict[str, str], database: str, tally: Tally, seed: int) -> None:
        self.addresses, self.database, self.tally = addresses, database, tally
        self.random = random.Random(seed)  # noqa: S311 - guards nothing
        self.http = httpx.Client(timeout=TIMEOUT, headers={"X-Forwarded-For": f"10.0.0.{seed}"})
        self.csrf: dict[str, str] = {}
        self.user: dict[str, str] = {}
        self.devices: list[Device] = []

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

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
        """Ask again until there is an answer.

        Raises:
            RuntimeError: there can be none any more.
        """
        while (answer := act()) is None:
            self.wait()
        return answer

    def wait(self) -> None:
        """Wait a moment before asking again.

        Raises:
            RuntimeError: there will be no answer.
        """
        if self.tally.is_broken:
            raise RuntimeError("the cluster does not come back")
        time.sleep(0.05)

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
            self.tally.note(f"{device.way}: {what}")
        return True

    def _is_old(self, device: Device) -> bool:
        return bool(device.refresh) and time.monotonic() - device.issued > REFRESH_AFTER

    def log_in(self) -> bool:
        """A new device, in the place of one that has ended where there are too many."""
        way = self.random.choice(WAYS)
        body = {name: self.user[name] for name in ("username", "password")}
        headers = {"Cookie": self.csrf["Cookie"], "X-CSRFToken": self.csrf["X-CSRFToken"]}
        answer = self.ask("POST", f"/api/lab/{way}/login/", json=body, headers=headers)
        if answer is None:
            return False
        if answer.status_code != OK:
            self.tally.note(f"log in: {answer.text}")
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
            self.tally.note(f"refresh: {answer.text}")
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
            self.tally.note(f"{action}: {answer.status_code} {answer.text}")
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
            self.wait()
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
                    self.wait()


@contextmanager
def killing(control: Control, tally: Tally, parts: Iterable[str], every: float) -> Iterator[None]:
    """Kill one part after the other and start it again, each some seconds later, in the block."""
    over = threading.Event()

    def kill() -> None:
        for part in parts:
            if over.wait(every):
                return
            control.kill(part)
            control.start(part)
            tally.kills[part] += 1
            if part == "primary":
                tally.recovery.append(_recovery(control))

    def told() -> None:
        try:
            kill()
        except Exception as error:  # noqa: BLE001 - it is told, and the status says so
            tally.is_broken = True
            tally.note(f"a part was not started again: {type(error).__name__}: {error}")

    thread = threading.Thread(target=told, name="killing")
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


def play(
    control: Control,
    operations: int,
    *,
    parts: Iterable[str],
    every: float,
    kills: int = 0,
    told: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Let people do so many things, and ask for all of them at the end.

    Meanwhile the parts are killed in turn, ``every`` so many seconds; it goes on until ``kills`` of
    them were. ``told`` is called every second.
    """
    addresses = {part["slug"]: part["address"] for part in control.state()}
    tally = Tally()
    people = [Person(addresses, addresses["primary"], tally, 1 + seed) for seed in range(PEOPLE)]

    def is_over() -> bool:
        enough = tally.is_broken or tally.kills.total() >= kills
        return enough and tally.number() >= operations

    threads = [threading.Thread(target=_live, args=[person, is_over]) for person in people]
    with killing(control, tally, parts, every):
        for thread in threads:
            thread.start()
        for thread in threads:
            while thread.is_alive():
                thread.join(1.0)
                told(tally)
    for person in people:
        if not tally.is_broken:
            person.sweep()
        person.close()
    return tally


def _live(person: Person, is_over: Callable[[], bool]) -> None:
    try:
        while not is_over():
            person.act()
    except Exception as error:  # noqa: BLE001 - it is told, and the status says so
        person.tally.note(f"{type(error).__name__}: {error}")
