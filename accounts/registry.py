"""Slug -> class. Adding a strategy, an event or a claim is adding one file to its package."""

import inspect
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import ClassVar, Generic, Protocol, TypeVar


class Registered(Protocol):
    """What a registry asks of a class: a slug, which is its address, and a place in the order."""

    slug: ClassVar[str]
    order: ClassVar[int]


T = TypeVar("T", bound=Registered)


class Duplicate(LookupError):
    """Two classes claim the same slug."""


class Registry(Generic[T]):
    """The classes that subclass ``base`` in the modules of one package.

    The package is read at first use; modules whose name starts with an underscore are helpers and
    left out. Iterating gives the classes by ``order``, then slug; ``registry[slug]`` gives one.

    Raises:
        Duplicate: two of the classes have one slug.
        KeyError: no class has the slug asked for.
    """

    def __init__(self, package: str, base: type[T]) -> None:
        self._package = package
        self._base = base

    @cached_property
    def _classes(self) -> dict[str, type[T]]:
        found: dict[str, type[T]] = {}
        for cls in sorted(self._discover(), key=lambda cls: (cls.order, cls.slug)):
            if cls.slug in found:
                raise Duplicate(f"{cls.slug!r}: {found[cls.slug].__module__}, {cls.__module__}")
            found[cls.slug] = cls
        return found

    def _discover(self) -> Iterator[type[T]]:
        for module in iter_modules(import_module(self._package).__path__):
            if not module.name.startswith("_"):
                yield from self._defined_in(import_module(f"{self._package}.{module.name}"))

    def _defined_in(self, module: ModuleType) -> Iterator[type[T]]:
        for cls in vars(module).values():
            is_ours = inspect.isclass(cls) and issubclass(cls, self._base)
            if is_ours and cls.__module__ == module.__name__ and not inspect.isabstract(cls):
                yield cls

    def forget(self) -> None:
        """Read the package again at the next use (a file was added while running)."""
        self.__dict__.pop("_classes", None)

    def __iter__(self) -> Iterator[type[T]]:
        return iter(self._classes.values())

    def __getitem__(self, slug: str) -> type[T]:
        try:
            return self._classes[slug]
        except KeyError:
            raise KeyError(f"{slug}: {self._package} has {', '.join(self._classes)}") from None

    def __contains__(self, slug: object) -> bool:
        return slug in self._classes

    def __len__(self) -> int:
        return len(self._classes)
