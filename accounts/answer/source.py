"""Takes out of this project's source what some definitions need, and nothing else.

A module is read, never run: its functions, classes and constants are followed by the names that
they use, through imports, to the end of the project.
"""

import ast
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from django.conf import settings

PROJECT = "accounts"
Definition = tuple[str, str]  # a module, and a name in it
_Node = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


class NameTwice(Exception):
    """Two modules mean two things by one name, so that they cannot stand in one file."""


@dataclass(frozen=True)
class Module:
    """What a module defines and imports, by name."""

    name: str
    lines: list[str]
    definitions: dict[str, _Node]
    imports: dict[str, tuple[str, str]]

    def text(self, node: _Node, left_out: Container[int] = ()) -> str:
        """The source of a definition, with its decorators and the comment above."""
        first, last = _first_line(node), node.end_lineno or 0
        while first > 1 and self.lines[first - 2].startswith("#"):
            first -= 1
        kept = [self.lines[at - 1] for at in range(first, last + 1) if at not in left_out]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).rstrip()


@dataclass
class Extract:
    """What was found: definitions in the order of their modules, and imports from elsewhere."""

    wanted: dict[str, set[str]] = field(default_factory=dict)
    #: fields of a module's classes that are not needed: they, the methods that use them, and the
    #: arguments of that name are left out
    without: dict[str, frozenset[str]] = field(default_factory=dict)

    def add(self, module: str, name: str) -> None:
        """Follow a name to its definition, and that to everything it uses."""
        found = read(module)
        if name in found.imports:
            origin, original = found.imports[name]
            if origin.split(".")[0] == PROJECT and not _is_module(f"{origin}.{original}"):
                self.add(origin, original)
        if name not in found.definitions or name in self.wanted.setdefault(module, set()):
            return
        node = found.definitions[name]
        self.wanted[module] |= {one for one, other in found.definitions.items() if other is node}
        for origin, used in _uses(found, self.parts(module, node)):
            self.add(origin, used)

    def parts(self, module: str, node: ast.AST) -> Iterator[ast.AST]:
        """A node and all below it, but for what is left out."""
        yield node
        for child in ast.iter_child_nodes(node):
            if not self._is_left_out(module, node, child):
                yield from self.parts(module, child)

    def _is_left_out(self, module: str, parent: ast.AST, child: ast.AST) -> bool:
        fields = self.without.get(module)
        if not fields:
            return False
        if isinstance(child, ast.keyword):
            return child.arg in fields
        return isinstance(parent, ast.ClassDef) and any(
            {getattr(one, kind, "") for kind in ("attr", "id", "arg")} & fields
            for one in ast.walk(child)
        )

    def modules(self) -> list[str]:
        """The modules, each after those that it imports."""
        known = {module for module, names in self.wanted.items() if names}
        graph = {module: _imported(module) & known for module in sorted(known)}
        return list(TopologicalSorter(graph).static_order())

    def nodes(self, module: str) -> list[_Node]:
        """A module's definitions that are wanted, in the order of its source."""
        found = read(module)
        nodes = {
            id(node): node
            for name, node in found.definitions.items()
            if name in self.wanted[module]
        }
        return sorted(nodes.values(), key=lambda node: node.lineno)

    def used(self, modules: list[str]) -> set[Definition]:
        """What these modules' definitions use of others: modules of the project, or packages."""
        return {
            _origin(read(module), name)
            for module in modules
            for node in self.nodes(module)
            for name in _names(self.parts(module, node))
            if name in read(module).imports
        }

    def settings(self) -> set[str]:
        """The settings that are read."""
        return {
            one.attr
            for module in self.modules()
            for node in self.nodes(module)
            for one in self.parts(module, node)
            if isinstance(one, ast.Attribute)
            and isinstance(one.value, ast.Name)
            and one.value.id == "settings"
        }

    def text(self, modules: list[str]) -> str:
        """The source of modules, one after the other.

        Raises:
            NameTwice: two of them give one name two meanings.
        """
        seen: dict[str, str] = {}
        parts = []
        for module in modules:
            found = read(module)
            for name in self.wanted[module]:
                text = found.text(found.definitions[name])
                if seen.setdefault(name, text) != text:
                    raise NameTwice(f"{name} in {module}")
            texts = [found.text(node, self._left_out(module, node)) for node in self.nodes(module)]
            parts.append("\n\n\n".join([f"# {module}", *texts, *self._namespace(module)]))
        return "\n\n\n".join(parts)

    def _left_out(self, module: str, node: _Node) -> set[int]:
        """The numbers of the lines of what is left out of a definition."""
        return {
            line
            for parent in self.parts(module, node)
            for child in ast.iter_child_nodes(parent)
            if self._is_left_out(module, parent, child)
            for line in range(_first_line(child), (child.end_lineno or 0) + 1)  # type: ignore[attr-defined]
        }

    def _namespace(self, module: str) -> Iterator[str]:
        """For ``_rotation.spend``: a module that others know as such, where all is in one file."""
        origin, _, name = module.rpartition(".")
        if any(read(one).imports.get(name) == (origin, name) for one in self.wanted):
            names = ", ".join(f"{one}={one}" for one in sorted(self.wanted[module]))
            yield f"{name} = SimpleNamespace({names})"


def _first_line(node: Any) -> int:
    """With its decorators."""
    decorators = getattr(node, "decorator_list", [])
    return min(int(one.lineno) for one in (node, *decorators))


def _uses(found: Module, parts: Iterable[ast.AST]) -> Iterator[Definition]:
    """Names of the project that a definition uses, each with the module to look in."""
    for one in parts:
        if isinstance(one, ast.Name):
            yield found.name, one.id
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            origin = ".".join(found.imports.get(one.value.id, ("", "")))
            if _is_module(origin):
                yield origin, one.attr


def _names(parts: Iterable[ast.AST]) -> set[str]:
    return {one.id for one in parts if isinstance(one, ast.Name)}


def _origin(found: Module, name: str) -> Definition:
    """Where an imported name was defined at last; a package's re-export is followed."""
    origin, original = found.imports[name]
    if origin.split(".")[0] == PROJECT and original in read(origin).imports:
        return _origin(read(origin), original)
    return origin, original if original == name or not original else f"{original} as {name}"


def _imported(module: str) -> set[str]:
    """The modules of the project that a module takes names from, re-exports followed."""
    found = read(module)
    names = {
        _origin(found, name)
        for name, (origin, _) in found.imports.items()
        if origin.split(".")[0] == PROJECT
    }
    return {origin for origin, _ in names} | {f"{origin}.{name}" for origin, name in names}


@cache
def read(name: str) -> Module:
    """A module of the project."""
    source = _path(name).read_text()
    definitions: dict[str, _Node] = {}
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


def _path(module: str) -> Path:
    path = Path(settings.BASE_DIR, *module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@cache
def _is_module(name: str) -> bool:
    return name.startswith(f"{PROJECT}.") and _path(name).exists()
