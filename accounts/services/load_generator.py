"""A load generator. Run as a program of its own, so that it shares no lock with what it measures.

Reads ``{"port", "path", "headers", "connections", "seconds", "most"}`` from its standard input and
writes ``{"requests", "seconds", "took_ns"}``. It talks to 127.0.0.1 alone, and ends after that many
seconds or requests, whichever comes first.
"""

import json
import sys
import threading
import time
from http.client import HTTPConnection
from typing import Any

_OK = 200
_TIMEOUT = 10  # seconds for one answer


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Send requests over several connections that stay open.

    Raises:
        RuntimeError: an answer was not 200.
    """
    began = time.perf_counter()
    workers = [_Worker(order, began + order["seconds"]) for _ in range(order["connections"])]
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

    def __init__(self, order: dict[str, Any], end: float) -> None:
        super().__init__(daemon=True)
        self._order = order
        self._end = end
        self.took: list[int] = []
        self.failure = ""

    def run(self) -> None:
        """Until the time is over, or the share of the requests is sent."""
        connection = HTTPConnection("127.0.0.1", self._order["port"], timeout=_TIMEOUT)
        share = self._order["most"] // self._order["connections"]
        try:
            while time.perf_counter() < self._end and len(self.took) < share:
                self.took.append(self._one(connection))
        except (OSError, RuntimeError) as error:
            self.failure = str(error) or type(error).__name__
        finally:
            connection.close()

    def _one(self, connection: HTTPConnection) -> int:
        began = time.perf_counter_ns()
        connection.request("GET", self._order["path"], headers=self._order["headers"])
        answer = connection.getresponse()
        answer.read()
        if answer.status != _OK:
            raise RuntimeError(f"{self._order['path']} answered {answer.status}")
        return time.perf_counter_ns() - began


if __name__ == "__main__":
    json.dump(run(json.load(sys.stdin)), sys.stdout)
