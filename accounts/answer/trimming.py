"""Leaves out of copied source what nobody needs who takes it home."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from accounts.answer.reading import PROJECT, Node, read

_INDENT = " " * 4


@dataclass(frozen=True)
class Trim:
    """Names that nobody needs, each set by the package or the module that it is left out of.

    With a name goes the member of a class that has it or uses it, and so does an element of a list;
    an argument that is given by it; a call of it; what is done only if it is true. Where a step is
    recorded for a page of this site, its block alone stays.
    """

    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # Worked out once: a definition is walked through several times.
    _stays: dict[ast.AST, list[ast.AST]] = field(default_factory=dict, init=False)
    _names: dict[str, frozenset[str]] = field(default_factory=dict, init=False)

    def parts(self, module: str, node: ast.AST) -> Iterator[ast.AST]:
        """A node and all below it that stays."""
        yield node
        for child in self._staying(module, node):
            yield from self.parts(module, child)

    def text(self, module: str, node: Node) -> str:
        """The source of a definition without what is left out."""
        found = read(module)
        lines: dict[int, str | None] = dict(enumerate(found.lines, 1))
        for parent in self.parts(module, node):
            if self._inside(module, parent) is not None:
                _unwrap(lines, parent)
                continue
            for child in {*ast.iter_child_nodes(parent)}.difference(self._staying(module, parent)):
                last: int = child.end_lineno  # type: ignore[attr-defined]
                lines |= dict.fromkeys(range(found.begin(child), last + 1))
        return found.text(node, lines)

    def _staying(self, module: str, node: ast.AST) -> list[ast.AST]:
        """What stays right below a node."""
        if node not in self._stays:
            inside = self._inside(module, node)
            self._stays[node] = [
                child
                for child in (ast.iter_child_nodes(node) if inside is None else inside)
                if inside is not None or not self._is_left_out(module, node, child)
            ]
        return self._stays[node]

    def _inside(self, module: str, node: ast.AST) -> list[ast.AST] | None:
        """What stays of a node that goes without what is in it; None of any other."""
        match node:
            case ast.With(items=[ast.withitem(ast.Call(func=ast.Name(id=name)), None)]):
                is_recorded = _origin(module, name).startswith(f"{PROJECT}.tracing.")
                return [*node.body] if is_recorded else None
            case ast.IfExp() if self._mentions(module, node.test):
                return [node.orelse]
        return None

    def _is_left_out(self, module: str, parent: ast.AST, child: ast.AST) -> bool:
        names = self._names_in(module)
        match child:
            case ast.keyword():
                return child.arg in names
            case ast.Expr(value=ast.Call(func=ast.Name(id=name))):
                return name in names
            case ast.If(orelse=[]):
                return self._mentions(module, child.test)
        return isinstance(parent, ast.ClassDef | ast.List) and self._mentions(module, child)

    def _mentions(self, module: str, node: ast.AST) -> bool:
        """Whether what stays of a node has one of the names, or gives an argument by it."""
        names = self._names_in(module)
        return bool(names) and any(
            not names.isdisjoint(_words(one)) for one in self.parts(module, node)
        )

    def _names_in(self, module: str) -> frozenset[str]:
        if module not in self._names:
            own = [one for start, one in self.names.items() if f"{module}.".startswith(f"{start}.")]
            self._names[module] = frozenset().union(*own)
        return self._names[module]


def _words(node: ast.AST) -> Iterator[object]:
    """The names that a node has itself; a text may be the name of a field."""
    yield from (getattr(node, kind, None) for kind in ("attr", "id", "name", "value"))
    yield from (given.arg for given in getattr(node, "keywords", []))


def _origin(module: str, name: str) -> str:
    return ".".join(read(module).imports.get(name, ()))


def _unwrap(lines: dict[int, str | None], node: ast.AST) -> None:
    """Keep the block of a ``with`` alone, or of a choice in one line of ASCII its second value."""
    match node:
        case ast.With(items=[*_, item], lineno=first, end_lineno=int(last)):
            head = item.context_expr.end_lineno or first
            lines |= dict.fromkeys(range(first, head + 1))
            for at in range(head + 1, last + 1):
                lines[at] = (lines[at] or "").removeprefix(_INDENT)
        case ast.IfExp(lineno=at, orelse=value):
            line = lines[at] or ""
            lines[at] = line[: node.col_offset] + line[value.col_offset :]
