"""The interface of all services, and the base of those that are one child process."""

import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Self

import psutil

ROOT = Path(__file__).resolve().parents[2]  # where manage.py is
_LAUNCHER = Path(__file__).with_name("_launch.py")


class ServiceError(RuntimeError):
    """A service could not run; the text is one line that says why, and what to do."""


class Service(ABC):
    """Something that exists beside the site until it is stopped.

    ``with`` starts it and stops it. A service that was stopped or killed can be started again.
    """

    #: The URL to reach it at, known once it has started; empty for a child with pipes alone.
    address: str = ""

    @abstractmethod
    def start(self) -> str:
        """Start unless it runs, wait until it is ready, and return the address.

        Raises:
            ServiceError: it does not start. Nothing is left behind then.
        """

    @abstractmethod
    def ready(self) -> bool:
        """Whether it answers now."""

    @abstractmethod
    def stop(self) -> None:
        """End it in good order. Does nothing to a service that does not run."""

    @abstractmethod
    def kill(self) -> None:
        """End it as ``kill -9`` would: it gets no chance to finish anything."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Program(Service):
    """A service that is one child process, perhaps with children of its own.

    The child does not outlive the thread that started it, not even when this process is killed:
    Linux sends it the first of ``stop_signals`` then. Ctrl-C does not reach it, so that whoever
    started it decides on the order in which things stop.
    """

    start_timeout = 30.0  # seconds
    stop_timeout = 10.0  # seconds, for each of the signals
    stop_signals: tuple[signal.Signals, ...] = (signal.SIGTERM,)

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._has_begun = False  # and nobody has waited until it is ready
        self._resources = ExitStack()  # what is given back when the process has ended

    @abstractmethod
    def launch(self) -> "subprocess.Popen[bytes]":
        """Begin the process, with ``self.child``."""

    def begin(self) -> None:
        """Begin to start unless it runs; ``start`` then waits. So several come up side by side.

        Raises:
            ServiceError: it cannot even begin.
        """
        if not self.running():
            try:
                self._process = self.launch()
            except BaseException:
                self.stop()
                raise
            self._has_begun = True

    def start(self) -> str:
        if self.running() and not self._has_begun:
            return self.address
        self.begin()
        try:
            if self._process:
                self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise
        self._has_begun = False
        return self.address

    def stop(self) -> None:
        for sign in self.stop_signals:
            if self._process and self._process.poll() is None:
                self._process.send_signal(sign)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(self.stop_timeout)
        self.kill()

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            children = psutil.Process(self._process.pid).children(recursive=True)
            os.killpg(self._process.pid, signal.SIGKILL)  # it leads a group of its own
            self._process.wait()
            self._wait_for(children)  # they may hold its port
        self._resources.close()

    def _wait_for(self, children: list[psutil.Process]) -> None:
        # Nobody's children any more: psutil's own wait would sleep for a second and more.
        end = time.monotonic() + self.stop_timeout
        while any(child.is_running() for child in children) and time.monotonic() < end:
            time.sleep(0.005)

    def wait(self) -> int:
        """Wait until it ends by itself; returns its status."""
        return self._process.wait() if self._process else 0

    def terminate(self) -> None:
        """Ask it to end, and do not wait."""
        if self._process:
            self._process.send_signal(self.stop_signals[0])

    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def problem(self) -> str:
        """One line for people about a start that failed."""
        return f"{type(self).__name__} did not start; the lines above say why."

    def child(
        self,
        command: Sequence[str | Path],
        *,
        user: int | None = None,
        group: int | None = None,
        **options: Any,
    ) -> "subprocess.Popen[bytes]":
        """Begin a process that ends with this thread; ``options`` are those of ``Popen``.

        The launcher changes to the user by itself: that one may lack the right to run our Python.
        """
        account = "" if user is None else f"{user}:{group}"
        mine, sign = str(os.getpid()), self.stop_signals[0].name
        launcher: list[str | Path] = [sys.executable, "-IS", _LAUNCHER, mine, sign, account]
        options = {"cwd": ROOT, "start_new_session": True, **options}
        process: subprocess.Popen[bytes] = subprocess.Popen([*launcher, *command], **options)
        return process

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        end = time.monotonic() + self.start_timeout
        while not self.ready():
            if process.poll() is not None or time.monotonic() > end:
                raise ServiceError(self.problem())
            time.sleep(0.02)
