"""A child that writes a JSON object per line."""

import subprocess
import sys
import time

import pytest

from accounts.services._base import ServiceError
from accounts.services.json_lines import JsonLines

ECHO = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"


def python(code: str, timeout: float | None = None) -> JsonLines:
    return JsonLines([sys.executable, "-c", code], timeout=timeout)


def test_its_lines_come_one_by_one() -> None:
    with python("for n in range(3): print('{\"n\": %d}' % n)") as child:
        assert [line["n"] for line in child.lines()] == [0, 1, 2]


def test_a_question_gets_its_answer() -> None:
    with python(ECHO) as child:
        assert [child.ask({"n": n}) for n in range(3)] == [{"n": 0}, {"n": 1}, {"n": 2}]
        assert child.ready()
    assert not child.ready()


def test_a_child_that_fails_says_why_in_its_last_line() -> None:
    with (
        python("raise SystemExit('first\\nNo space left on device')") as child,
        pytest.raises(ServiceError, match=r"^No space left on device$"),
    ):
        list(child.lines())


def test_a_child_that_ends_instead_of_answering_says_why() -> None:
    with (
        python("import sys; sys.stdin.readline(); sys.exit(7)") as child,
        pytest.raises(ServiceError, match="status 7"),
    ):
        child.ask({})


class Ended(JsonLines):
    """A child that is quicker than whoever started it."""

    def launch(self) -> "subprocess.Popen[bytes]":
        process = super().launch()
        process.wait()
        return process


def test_a_child_that_has_ended_at_once_is_read_all_the_same() -> None:
    with Ended([sys.executable, "-c", "print('{}')"]) as child:
        assert list(child.lines()) == [{}]


def test_a_child_that_complains_at_length_is_not_held_up() -> None:
    with python("import sys; sys.stderr.write('x' * 10**6); print('{}')") as child:
        assert list(child.lines()) == [{}]


def test_a_child_that_takes_too_long_is_ended() -> None:
    began = time.monotonic()
    with (
        python("import time; print('{}', flush=True); time.sleep(60)", timeout=0.5) as child,
        pytest.raises(ServiceError, match=r"took longer than 0\.5 seconds"),
    ):
        list(child.lines())
    assert time.monotonic() - began < 30


def test_a_child_that_is_deaf_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JsonLines, "stop_timeout", 0.2)
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('{}', flush=True); "
    with python(deaf + "time.sleep(60)") as child:
        next(child.lines())
    assert child.wait() == -9


def test_a_child_can_be_started_again() -> None:
    child = python(ECHO)
    for _ in range(2):
        child.start()
        assert child.ask({"again": 1}) == {"again": 1}
        child.kill()


def test_starting_a_child_that_runs_starts_no_other() -> None:
    with python("import os; print('{\"pid\": %d}' % os.getpid())") as child:
        child.start()
        assert len(list(child.lines())) == 1


def test_stopping_what_never_started_does_nothing() -> None:
    python(ECHO).stop()
