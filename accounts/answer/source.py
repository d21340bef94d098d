"""Takes out of this project's source what some definitions need, and nothing else.

A module is read, never run: its functions, classes and constants are followed by the names that
they use, through imports, to the end of the project.
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from accounts.answer.reading import PROJECT, Module, Node, is_module, read
from accounts.answer.trimming import Trim

Definition = tuple[str, str]  # a module, and a name in it


class NameTwice(Exception):
    """Two modules mean two things by one name, so that they cannot stand in one file."""


@dataclass
class Extract:
    """What was found: definitions in the order of their modules, and imports from elsewhere."""

    wanted: dict[str, set[str]] = field(default_factory=dict)
    trim: Trim = field(default_factory=Trim)

    def add(self, module: str, name: str) -> None:
        """Follow a name to its definition, and that to everything it uses."""
        found = read(module)
        if name in found.imports:
            origin, original = found.imports[name]
            if origin.split(".")[0] == PROJECT and not is_module(f"{origin}.{original}"):
                self.add(origin, original)
        if name not in found.definitions or name in self.wanted.setdefault(module, set()):
            return
        node = found.definitions[name]
        self.wanted[module] |= {one for one, other in found.definitions.items() if other is node}
        for origin, used in _uses(found, self.trim.parts(module, node)):
            self.add(origin, used)

    def modules(self) -> list[str]:
        """The modules, each after those that it imports."""
        known = {module for module, names in self.wanted.items() if names}
        graph = {module: _imported(module) & known for module in sorted(known)}
        return list(TopologicalSorter(graph).static_order())

    def nodes(self, module: str) -> list[Node]:
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
            for name in _names(self.trim.parts(module, node))
            if name in read(module).imports
        }

    def settings(self) -> set[str]:
        """The settings that are read."""
        return {
            one.attr
            for module in self.modules()
            for node in self.nodes(module)
            for one in self.trim.parts(module, node)
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
            texts = [self.trim.text(module, node) for node in self.nodes(module)]
            parts.append("\n\n\n".join([f"# {module}", *texts, *self._namespace(module)]))
        return "\n\n\n".join(parts)

    def _namespace(self, module: str) -> Iterator[str]:
        """For ``_rotation.spend``: a module that others know as such, where all is in one file."""
        origin, _, name = module.rpartition(".")
        if any(read(one).imports.get(name) == (origin, name) for one in self.wanted):
            names = ", ".join(f"{one}={one}" for one in sorted(self.wanted[module]))
            yield f"{name} = SimpleNamespace({names})"


def _uses(found: Module, parts: Iterable[ast.AST]) -> Iterator[Definition]:
    """Names of the project that a definition uses, each with the module to look in."""
    for one in parts:
        if isinstance(one, ast.Name):
            yield found.name, one.id
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            origin = ".".join(found.imports.get(one.value.id, ("", "")))
            if is_module(origin):
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
