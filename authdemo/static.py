"""Storage of static files: named by their content, so that browsers may cache them for ever."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Style sheets that stand for several, which a browser would ask for one by one.
SHEETS = ("css/site.css", "css/compare.css")
_IMPORT = re.compile(r'^@import "(.+)";$', re.MULTILINE)


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage, which here joins SHEETS and renames the imports of ES modules.

    https://docs.djangoproject.com/en/5.2/ref/contrib/staticfiles/#manifeststaticfilesstorage
    """

    support_js_module_import_aggregation = True
    manifest_strict = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        self._address = lru_cache(maxsize=256)(super().url)

    def post_process(
        self,
        paths: dict[str, Any],
        dry_run: bool = False,  # noqa: FBT001, FBT002  (Django's)
        **options: Any,
    ) -> Iterator[tuple[str, str, bool]]:
        """Put what the sheets import in its place, before names are made of contents."""

        def text(name: str) -> str:
            storage, path = paths[name]
            with storage.open(path) as file:
                return str(file.read().decode())

        for sheet in () if dry_run else [name for name in SHEETS if name in paths]:
            whole = _IMPORT.sub(lambda found: text(f"css/{found[1]}"), text(sheet))
            Path(self.path(sheet)).write_text(whole)
            paths[sheet] = (self, sheet)
        yield from super().post_process(paths, dry_run, **options)  # type: ignore[no-untyped-call]

    def url(self, name: str | None, force: bool = False) -> str:  # noqa: FBT001, FBT002  (Django's)
        """The address of a file: what a manifest says holds as long as the process."""
        return self._address(name, force)
