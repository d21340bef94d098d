"""A load generator. It runs as a program of its own and shares no lock with what it measures.

``python -m accounts.services.load_generator`` reads orders from its standard input, a line each:
``{"url", "headers", "connections", "seconds", "max_requests"}``. It answers each with a line
``{"requests", "seconds", "took_ns"}``, after that many seconds or requests, whichever comes first.
"""

import json
import sys
import threading
import time
from http.client import HTTPConnection
from typing import TypedDict, cast
from urllib.parse import urlsplit

from accounts.services.json_lines import JsonLines

_OK = 200
_TIMEOUT = 10  # seconds for one answer


class Load(TypedDict):
    """What to send. The headers go through a pipe: other users can read a command line."""

    url: str  # without a query
    headers: dict[str, str]
    connections: int  # that stay open, each with one request at a time
    seconds: float
    max_requests: int


class Sent(TypedDict):
    """What was sent, and how long each answer took in nanoseconds."""

    requests: int
    seconds: float
    took_ns: list[int]


class LoadGenerator(JsonLines):
    """Sends requests from a process of its own."""

    def __init__(self) -> None:
        super().__init__([sys.executable, "-m", "accounts.services.load_generator"])

    def send(self, load: Load) -> Sent:
        """Send one load after another to a server.

        Raises:
            ServiceError: an answer was not 200.
        """
        return cast(Sent, self.ask(load))


def run(load: Load) -> Sent:
    """Send requests over several connections.

    Raises:
        RuntimeError: an answer was not 200.
    """
    began = time.perf_counter()
    workers = [_Worker(load, began + load["seconds"]) for _ in range(load["connections"])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures := [worker.failure for worker in workers if worker.failure]:
        raise RuntimeError(failures[0])
    took = [sample for worker in workers for sample in worker.took]
    return {"requests": len(took), "seconds": time.perf_counter() - began, "took_ns": took}


class _Worker(threading.Thread):
    """One connection: a request, its answer, the next request."""

    def __init__(self, load: Load, end: float) -> None:
        super().__init__(daemon=True)
        self._load = load
        self._url = urlsplit(load["url"])
        self._end = end
        self.took: list[int] = []
        self.failure = ""

    def run(self) -> None:
        """Until the time is over, or the share of the requests is sent."""
        connection = HTTPConnection(self._url.hostname or "", self._url.port, timeout=_TIMEOUT)
        share = self._load["max_requests"] // self._load["connections"]
        try:
            while time.perf_counter() < self._end and len(self.took) < share:
                self.took.append(self._one(connection))
        except (OSError, RuntimeError) as error:
            self.failure = str(error) or type(error).__name__
        finally:
            connection.close()

    def _one(self, connection: HTTPConnection) -> int:
        began = time.perf_counter_ns()
        connection.request("GET", self._url.path, headers=self._load["headers"])
        response = connection.getresponse()
        response.read()
        if response.status != _OK:
            raise RuntimeError(f"{self._url.path} answered {response.status}")
        return time.perf_counter_ns() - began


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), flush=True)  # noqa: T201 - for who gave the order
