"""A child that writes one JSON object per line, and takes some the same way."""

import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, cast

from accounts.services._base import Program, ServiceError

Pipe = IO[bytes]


class JsonLines(Program):
    """Runs a command and talks to it through its standard input and output.

    ``timeout`` is how many seconds it may run at the most; None lets it run on.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> None:
        super().__init__()
        self._command = command
        self._environment = environment
        self._timeout = timeout

    def launch(self) -> "subprocess.Popen[bytes]":
        self._too_late = False
        # To a file: a pipe that nobody reads until the end would fill up and stop the child.
        self._errors = self._resources.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        process = self.child(
            self._command,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self._input, self._output = cast(Pipe, process.stdin), cast(Pipe, process.stdout)
        return self._resources.enter_context(process)  # closes the pipes

    def ready(self) -> bool:
        return self.running()

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        """Not at all: one that has ended by now has said what it had to."""

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield each object as it comes, until the child ends.

        Raises:
            ServiceError: the child failed, or took too long; the text is the last line of its error
                output, or says what happened.
        """
        timer = threading.Timer(self._timeout, self._end) if self._timeout else None
        if timer:
            timer.start()
        try:
            for line in self._output:
                yield json.loads(line)
        finally:
            if timer:
                timer.cancel()
        if self.wait():
            raise ServiceError(self.problem())

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Send one object, and return the one that answers it.

        Raises:
            ServiceError: the child ended instead of answering.
        """
        try:
            self._input.write(json.dumps(question).encode() + b"\n")
            self._input.flush()
            answer: dict[str, Any] = json.loads(self._output.readline())
        except (BrokenPipeError, ValueError):  # the latter for an empty line
            self.wait()
            raise ServiceError(self.problem()) from None
        return answer

    def _end(self) -> None:
        self._too_late = True
        self.terminate()

    def problem(self) -> str:
        if self._too_late:
            return f"it took longer than {self._timeout:g} seconds"
        self._errors.seek(0)
        said = self._errors.read().decode(errors="replace").strip().splitlines()
        return said[-1] if said else f"it ended with status {self.wait()}"
