"""Reads the source of a module of this project: what it defines, and what it imports."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PROJECT = "accounts"
Node = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Module:
    """What a module defines and imports, by name."""

    name: str
    lines: list[str]
    definitions: dict[str, Node]
    imports: dict[str, tuple[str, str]]

    def text(self, node: Node, edited: Mapping[int, str | None] | None = None) -> str:
        """The source of a definition, with its decorators and the comment above.

        ``edited``: what stands in a line instead, by its number; None where it is left out.
        """
        known = edited or {}
        last = node.end_lineno or 0
        found = [known.get(at, self.lines[at - 1]) for at in range(self.begin(node), last + 1)]
        kept = [line for line in found if line is not None]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).rstrip()

    def begin(self, node: Any) -> int:
        """The number of the first line, with decorators and the comment above."""
        decorators = getattr(node, "decorator_list", [])
        first = min(int(one.lineno) for one in (node, *decorators))
        while first > 1 and self.lines[first - 2].lstrip().startswith("#"):
            first -= 1
        return first


@cache
def read(name: str) -> Module:
    """A module of the project."""
    source = Path(str(_file(name))).read_text()
    definitions: dict[str, Node] = {}
    imports: dict[str, tuple[str, str]] = {}
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                definitions[node.name] = node
            case ast.Assign() | ast.AnnAssign():
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for one in (one for target in targets for one in ast.walk(target)):
                    if isinstance(one, ast.Name):
                        definitions[one.id] = node
            case ast.ImportFrom(module=str(origin)):
                imports |= {one.asname or one.name: (origin, one.name) for one in node.names}
            case ast.Import():
                imports |= {one.asname or one.name: (one.name, "") for one in node.names}
    return Module(name, source.splitlines(), definitions, imports)


@cache
def is_module(name: str) -> bool:
    """Whether it is the name of a module of the project."""
    return name.startswith(f"{PROJECT}.") and _file(name) is not None


def _file(module: str) -> str | None:
    try:
        spec = find_spec(module)
    except ModuleNotFoundError:  # what it would be in is no package
        return None
    return spec.origin if spec else None
