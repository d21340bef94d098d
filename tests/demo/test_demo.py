"""``manage.py demo`` as a person at a terminal sees it."""

import io
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import Mock, patch

import httpx
import ifaddr
import psutil
import psycopg
import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from pytest_django import Settings
from rich.console import Console

from accounts.demo import addresses, static_files
from accounts.demo.environment import demo_environment, demo_folder, secret_key_kept_in
from accounts.management.commands import demo
from accounts.management.commands.demo import address_must_be_free, show_addresses, watch
from accounts.management.commands.prepare import prepare
from accounts.services._base import Program

MANAGE = [sys.executable, str(Path(project.BASE_DIR) / "manage.py")]


def environment(**extra: str) -> dict[str, str]:
    """A plain shell's: without what the tests have set for themselves."""
    ours = {"DATABASE_URL", "DEMO", "SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    return {k: v for k, v in os.environ.items() if k not in ours} | extra


EVERYWHERE = "0.0.0.0"  # noqa: S104


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(*arguments: str, **extra: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A demo that has said what to open, and all that it said until then."""
    # As in a terminal: a shell's background job, and its children, would be deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [*MANAGE, "demo", *arguments],
        env=environment(**extra),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        while not any("Open http" in line for line in lines):
            line = process.stdout.readline()
            assert line, "".join(lines)
            lines.append(line)
        yield process, "".join(lines)
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture
def failing(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., str]:
    """What a demo that cannot start says; its child writes it to this process's error output."""
    monkeypatch.setattr(demo, "interrupted_by", Mock())

    def failing(*arguments: str, **extra: str) -> str:
        with patch.dict(os.environ, environment(**extra), clear=True), ExitStack() as stack:
            ended = stack.enter_context(pytest.raises((CommandError, SystemExit)))
            call_command("demo", *arguments, "--data", str(tmp_path))
        error = ended.value
        text = f"{error}\n" if isinstance(error, CommandError) else capfd.readouterr().err
        assert getattr(error, "returncode", None) or getattr(error, "code", None)
        assert text.count("\n") == 1
        return text

    return failing


class Lesson:
    """A teacher and a pupil, each with the cookies of a browser."""

    def __init__(self, site: str) -> None:
        limits = httpx.Limits(max_keepalive_connections=0)  # none is left open
        self.teacher, self.pupil = (
            httpx.Client(base_url=site, limits=limits, timeout=30, trust_env=False)
            for _ in range(2)
        )
        self.room = self.post(self.teacher, "", lesson="logged-out").json()
        assert self.pupil.get(self.room["pupils"]).status_code == 200

    def post(self, person: httpx.Client, path: str, **body: object) -> httpx.Response:
        """Send a change with a page's token."""
        token = person.get("/api/session/login/").json()["csrf_token"]
        return person.post(f"/api/lesson/rooms/{path}", json=body, headers={"X-CSRFToken": token})

    def move(self, version: int, phase: str) -> int:
        """The status that a move of the teacher's gets."""
        path = f"{self.room['code']}/move/"
        return self.post(self.teacher, path, version=version, step=0, phase=phase).status_code

    def vote(self, answer: int) -> int:
        """The status that the pupil's vote gets."""
        path = f"{self.room['code']}/vote/"
        return self.post(self.pupil, path, step=0, round=1, answer=answer).status_code

    def seen(self) -> tuple[int, list[str]]:
        """The number of votes that are in, and which answers are pressed on the pupil's page."""
        state = self.pupil.get(f"/api/lesson/rooms/{self.room['code']}/").json()
        page = self.pupil.get(self.room["pupils"]).text
        return state["votes"], re.findall(r'data-answer="(\d)" aria-pressed="true"', page)


def test_on_every_address_it_prints_what_to_open_goes_on_after_a_kill_and_stops_on_ctrl_c(
    tmp_path: Path,
) -> None:
    port = str(free_port())
    arguments = ("--host", EVERYWHERE, "--port", port, "--data", str(tmp_path), "--workers", "1")
    with started(*arguments, STATIC_ROOT=str(project.STATIC_ROOT)) as (process, said):
        told = re.findall(rf"http://([\d.]+):{port}/", said)
        assert "127.0.0.1" in told
        assert EVERYWHERE not in told
        for host in told:
            assert httpx.get(f"http://{host}:{port}/login/").status_code == 200
        for host in ("evil.example", f"{EVERYWHERE}:{port}"):
            answer = httpx.get(f"http://127.0.0.1:{port}/login/", headers={"Host": host})
            assert answer.status_code == 400
        if len(told) > 1:  # a machine without a network has no address for others
            assert "▄▄▄▄▄" in said
        assert "SQLite" in said
        assert re.search(r"admin +\w{4}-\w{4}-\w{4} +may enter /admin/", said)
        page = httpx.get(f"http://127.0.0.1:{port}/login/")
        # Cookies know no ports: another demo in the same browser has other ones.
        assert f"csrftoken-{port}" in page.cookies
        lesson = Lesson(f"http://127.0.0.1:{port}")
        assert (lesson.move(1, "question"), lesson.vote(2)) == (200, 200)
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()  # without a chance to clean up
        assert psutil.wait_procs(children, timeout=30)[1] == []
    # The laptop was started again in the middle of the lesson.
    with started(*arguments, STATIC_ROOT=str(project.STATIC_ROOT)) as (process, _):
        assert lesson.seen() == (1, ["2"])
        assert lesson.vote(1) == 200
        assert lesson.seen() == (1, ["1"])
        assert (lesson.move(2, "discuss"), lesson.vote(2)) == (200, 409)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert psutil.wait_procs(children, timeout=10)[1] == []


def test_a_private_postgresql_keeps_its_data_in_the_folder_and_ends_with_the_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    with demo.database(tmp_path, postgres=True) as (url, server):
        assert server
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not server.running()
    assert [*(tmp_path / "postgres").rglob("PG_VERSION")]
    assert "a private PostgreSQL" in capsys.readouterr().out


@pytest.mark.database("sqlite")
def test_static_files_are_collected_again_only_when_one_has_changed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None
) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    collect = Mock()
    monkeypatch.setattr(static_files, "call_command", collect)
    prepare()
    prepare()
    assert [call.args[0] for call in collect.call_args_list] == ["collectstatic"]
    monkeypatch.setattr(static_files, "static_files_state", lambda: "another")
    prepare()
    assert collect.call_count == 2


def test_a_taken_port_is_one_line_that_names_another(failing: Callable[..., str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        text = failing("--port", str(port))
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use." in text
    assert f"make demo PORT={port + 1}" in text


def test_an_unreachable_database_is_one_line_without_the_password(
    failing: Callable[..., str],
) -> None:
    url = f"postgres://ada:hunter2@127.0.0.1:{free_port()}/demo"
    text = failing("--port", str(free_port()), DATABASE_URL=url)
    assert "The database cannot be used: connection failed" in text
    assert "Correct or unset DATABASE_URL" in text
    assert "hunter2" not in text


def test_an_unreachable_cache_is_one_line_without_the_password(
    failing: Callable[..., str],
) -> None:
    url = f"redis://:hunter2@127.0.0.1:{free_port()}/0"
    text = failing("--port", str(free_port()), CACHE_URL=url)
    assert "The cache cannot be used" in text
    assert "Correct or unset CACHE_URL" in text
    assert "hunter2" not in text


def test_a_command_whose_database_url_is_none_says_so_in_one_line_without_the_password() -> None:
    extra = environment(DATABASE_URL="postgers://ada:hunter2@localhost/demo")
    done = subprocess.run([*MANAGE, "demo"], env=extra, capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "DATABASE_URL is not understood" in done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize("port", [0, 70000, -1])
def test_a_port_that_cannot_be_is_refused(port: int) -> None:
    with pytest.raises(CommandError, match="There is no port"):
        address_must_be_free("127.0.0.1", port)


class Watched(Program):
    """A program of the demo that runs, or has ended by itself."""

    def __init__(self, *, is_running: bool) -> None:
        super().__init__()
        self._is_running = is_running

    def launch(self) -> "subprocess.Popen[bytes]":
        raise NotImplementedError

    def ready(self) -> bool:
        return self._is_running

    def running(self) -> bool:
        return self._is_running


@pytest.mark.parametrize(
    ("server", "database", "line"),
    [(True, False, "PostgreSQL stopped by itself"), (False, True, "The web server stopped")],
)
def test_when_one_of_its_programs_ends_the_demo_does_too(
    *, server: bool, database: bool, line: str
) -> None:
    with pytest.raises(CommandError, match=line):
        watch(Watched(is_running=server), Watched(is_running=database))


def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(CommandError, match=r"Cannot listen on nowhere\.invalid:8000"):
        address_must_be_free("nowhere.invalid", 8000)


def test_outside_of_the_demo_no_account_is_made(
    settings: Settings,
) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="only with DEMO=1"):
        call_command("demo", "--prepare")


def test_the_secret_key_is_random_kept_and_for_its_user_only(tmp_path: Path) -> None:
    key = secret_key_kept_in(tmp_path)
    assert len(key) > 50
    assert secret_key_kept_in(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    other = tmp_path / "other"
    other.mkdir()
    assert secret_key_kept_in(other) != key


def test_the_folder_of_its_data_is_for_its_user_only(tmp_path: Path) -> None:
    folder = demo_folder(tmp_path / "demo")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_the_caller_has_set_wins_except_that_this_is_a_demo(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SECRET_KEY", "mine")
    monkeypatch.setenv("DEMO", "0")
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    found = demo_environment(
        database_url="sqlite:///x",
        secret_key="kept",
        host="192.0.2.1",
        port=8001,
        second_port=8002,
    )
    assert found["SECRET_KEY"] == "mine"
    assert found["DEMO"] == "1"
    assert found["ALLOWED_HOSTS"] == "127.0.0.1,localhost,[::1],192.0.2.1"


def test_two_demos_on_two_ports_do_not_log_each_other_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COOKIE_SUFFIX", raising=False)
    one, other = (
        demo_environment(
            database_url="sqlite:///x",
            secret_key="x",
            host="127.0.0.1",
            port=port,
            second_port=8003,
        )
        for port in (8001, 8002)
    )
    assert one["COOKIE_SUFFIX"] != other["COOKIE_SUFFIX"]  # a browser sends cookies to all ports


@pytest.mark.parametrize(
    ("host", "reached"),
    [
        ("127.0.0.1", []),
        ("localhost", []),
        ("::1", []),
        ("192.0.2.7", ["192.0.2.7"]),
        ("2001:db8::7", ["[2001:db8::7]"]),
        ("classroom.example", ["classroom.example"]),
        (EVERYWHERE, ["10.0.0.9", "192.0.2.7"]),
        ("::", ["10.0.0.9", "192.0.2.7", "[2001:db8::7]"]),
    ],
)
def test_a_demo_is_reached_where_its_machine_is(
    monkeypatch: pytest.MonkeyPatch, host: str, reached: list[str]
) -> None:
    found: list[str | tuple[str, int, int]] = [
        *("127.0.0.1", "169.254.1.1", "192.0.2.7", "10.0.0.9"),
        *(("::1", 0, 0), ("fe80::1", 0, 2), ("2001:db8::7", 0, 0)),
    ]
    adapter = ifaddr.Adapter("eth0", "eth0", [ifaddr.IP(ip, 24, "eth0") for ip in found])
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: [adapter])
    monkeypatch.setattr(addresses, "_ways_out", lambda: {"10.0.0.9"})
    assert addresses.reachable_hosts(host) == reached


def test_the_qr_code_is_light_on_dark_whatever_the_colours_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Console(
        file=io.StringIO(), force_terminal=True, color_system="standard", no_color=False
    )
    monkeypatch.setattr(demo, "console", terminal)
    url = "http://192.0.2.7:8000/"
    with terminal.capture() as said:
        show_addresses("http://127.0.0.1:8000", [url])
    drawn = addresses.qr_code(url).splitlines()
    assert [f"\x1b[97;40m{line}\x1b[0m" for line in drawn] == said.get().splitlines()[: len(drawn)]
