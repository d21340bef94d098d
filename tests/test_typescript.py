"""A machine without TypeScript's tools: npm fetches them, or a line says what is left out."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from accounts.management.npm import LOCK
from tests import typescript

FETCHING = "Fetching TypeScript's tools for a test, 25 MB, once."


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has none, and whose npm reaches nobody."""
    here = replace(typescript.TOOLS, folder=tmp_path / "typescript")
    monkeypatch.setattr(typescript, "TOOLS", here)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")


def prepare(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the program says, line by line."""
    typescript.main()
    return capsys.readouterr().out.splitlines()


def pin(folder: Path, version: str) -> None:
    """Pin a package of this machine."""
    (folder / "tool").mkdir(parents=True, exist_ok=True)
    tool = {"name": "tool", "version": version}
    wanted = {"dependencies": {"tool": "file:tool"}}
    packages = {"": wanted, "tool": tool, "node_modules/tool": {"resolved": "tool", "link": True}}
    (folder / "tool" / "package.json").write_text(json.dumps(tool))
    (folder / "package.json").write_text(json.dumps(wanted))
    lock = {"lockfileVersion": 3, "requires": True, "packages": packages}
    (folder / LOCK).write_text(json.dumps(lock))


def test_what_is_pinned_is_fetched_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(typescript, "TOOLS", replace(typescript.TOOLS, pins=tmp_path))
    pin(tmp_path, "1.0.0")
    assert not typescript.TOOLS.are_here()
    assert prepare(capsys) == [FETCHING]
    assert (tmp_path / "typescript" / "node_modules" / "tool").is_symlink()
    assert typescript.TOOLS.are_here()
    assert prepare(capsys) == []
    pin(tmp_path, "1.0.1")
    assert not typescript.TOOLS.are_here()


def test_without_a_network_a_line_says_what_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, line = prepare(capsys)
    assert first == FETCHING
    assert line.startswith("The test of the TypeScript client is left out, for npm cannot fetch.")
    assert "ECONNREFUSED" in line
    assert not typescript.TOOLS.are_here()
