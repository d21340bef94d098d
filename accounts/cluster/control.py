"""How a page, a drill or a command speaks with a running cluster: one JSON line each way.

Whoever started the cluster listens on a Unix socket in a folder of its own user. One thread of it
starts and stops all parts, because Linux ends a part together with the thread that started it.
"""

import json
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self, cast

from accounts.cluster.parts import Cluster, State
from accounts.services import ServiceError
from accounts.services.replica import Replica

Json = dict[str, Any]
_TIMEOUT = 120.0  # seconds: a part may take its time to start
_MAX_LINE = 100_000


class ClusterAway(Exception):
    """Nobody listens: the cluster does not run, or has just ended."""


class Control:
    """The client's side. The verbs return when they are done.

    Raises:
        ClusterAway: from each method, where the cluster does not run.
        ServiceError: the cluster could not do it; the text says why.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def state(self) -> list[State]:
        """All parts as they are now."""
        return cast(list[State], self.ask("state")["parts"])

    def lag(self) -> float | None:
        """Milliseconds that the last commits took to be seen on the replica, if there were any."""
        return cast(float | None, self.ask("lag")["lag"])

    def start(self, part: str) -> None:
        """Start a part again, where it was."""
        self.ask("start", part=part)

    def stop(self, part: str) -> None:
        """End a part in good order."""
        self.ask("stop", part=part)

    def kill(self, part: str) -> None:
        """End a part as ``kill -9`` would."""
        self.ask("kill", part=part)

    def delay(self, milliseconds: int) -> None:
        """Let the replica apply what it receives so much later."""
        self.ask("delay", milliseconds=milliseconds)

    def environment(self) -> dict[str, str]:
        """What a process of the site finds in its environment: for one of a drill's own."""
        return cast(dict[str, str], self.ask("environment")["environment"])

    def account(self) -> tuple[str, str]:
        """Name and password of the account that drills log in to at the site itself."""
        found = self.ask("account")
        return found["username"], found["password"]

    def credentials(self) -> str:
        """``name:secret`` of the resource server that asks the site: for one of a claim's own."""
        return str(self.ask("credentials")["credentials"])

    @contextmanager
    def held(self, seconds: float) -> Iterator[None]:
        """Let nobody else break anything while the block lasts, at most so many seconds.

        Raises:
            ServiceError: somebody does just now.
        """
        self.ask("hold", seconds=seconds)
        try:
            yield
        finally:
            self.ask("release")

    def play(self, drill: str, **options: str) -> int:
        """Begin a drill, and return the number to ask for it.

        Raises:
            ServiceError: another one runs.
        """
        return int(self.ask("play", drill=drill, options=options)["run"])

    def played(self, run: int, after: int = 0) -> Json:
        """A drill's lines from the number ``after`` on, and once it is over, its outcome."""
        return self.ask("played", run=run, after=after)

    def ask(self, verb: str, **arguments: Any) -> Json:
        """Send one request, and return the answer."""
        try:
            with closing(socket.socket(socket.AF_UNIX)) as line:
                line.settimeout(_TIMEOUT)
                line.connect(str(self.path))
                line.sendall(json.dumps({"verb": verb, **arguments}).encode() + b"\n")
                answer: Json = json.loads(line.makefile("rb").readline())
        except (OSError, ValueError):
            raise ClusterAway from None
        if "problem" in answer:
            raise ServiceError(answer["problem"])
        return answer


class Keeper:
    """The server's side: holds the cluster, and does what is asked.

    ``verbs`` are further ones, each a function of the request.
    """

    def __init__(self, cluster: Cluster, path: Path, account: tuple[str, str]) -> None:
        self._cluster = cluster
        self._account = account
        self._hands = ThreadPoolExecutor(1, "cluster")
        self.verbs: dict[str, Callable[[Json], Json]] = {
            "state": lambda _: {"parts": cluster.state()},
            "lag": lambda _: {"lag": self._replica().lag()},
            "environment": lambda _: {"environment": cluster.own_environment()},
            "account": lambda _: dict(zip(("username", "password"), account, strict=True)),
            "credentials": lambda _: {"credentials": cluster.credentials},
            "start": lambda ask: self._do(cluster.service(ask["part"]).start),
            "stop": lambda ask: self._do(cluster.service(ask["part"]).stop),
            "kill": lambda ask: self._do(cluster.service(ask["part"]).kill),
            "delay": lambda ask: self._do(self._replica().delay, ask["milliseconds"]),
        }
        self._server = _Server(str(path), _Handler)
        self._server.answer = self._answer

    def __enter__(self) -> Self:
        try:
            self._hands.submit(self._cluster.start).result()
        except BaseException:
            self._end()
            raise
        threading.Thread(target=self._server.serve_forever, name="control", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._end()

    def _end(self) -> None:
        self._hands.submit(self._cluster.stop).result()
        self._hands.shutdown()
        self._server.server_close()

    def _do(self, act: Callable[..., object], *arguments: Any) -> Json:
        self._hands.submit(act, *arguments).result()
        return {}

    def _replica(self) -> Replica:
        return cast(Replica, self._cluster.service("replica"))

    def _answer(self, request: Json) -> Json:
        verb = self.verbs.get(request.get("verb", ""))
        try:
            return verb(request) if verb else {"problem": "There is no such verb."}
        except ServiceError as error:
            return {"problem": str(error)}
        except Exception as error:  # noqa: BLE001 - whoever asked is told, and the cluster goes on
            return {"problem": f"{type(error).__name__}: {error}"}


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64
    answer: Callable[[Json], Json]


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        with suppress(OSError, ValueError):  # whoever asked has gone
            request = json.loads(self.rfile.readline(_MAX_LINE))
            answer = cast(_Server, self.server).answer(request)
            self.wfile.write(json.dumps(answer).encode() + b"\n")


_POINTER = "cluster-control"  # a file in the demo's folder: where the socket is


@contextmanager
def found_in(folder: Path, control: Path) -> Iterator[None]:
    """Let commands find the socket by the demo's folder, while the block lasts."""
    pointer = folder / _POINTER
    pointer.write_text(str(control))
    try:
        yield
    finally:
        pointer.unlink(missing_ok=True)


def find(folder: Path) -> Control | None:
    """The cluster that runs on a demo's folder, if one does."""
    with suppress(OSError, ClusterAway):  # what is left of one that was killed
        control = Control(Path((folder / _POINTER).read_text()))
        control.state()
        return control
    return None
