"""Storage of static files: named by their content, so that browsers may cache them for ever."""

from functools import lru_cache
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Whitenoise's storage, which here also renames the imports between ES modules.

    https://docs.djangoproject.com/en/5.2/ref/contrib/staticfiles/#manifeststaticfilesstorage
    """

    support_js_module_import_aggregation = True
    manifest_strict = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)  # type: ignore[no-untyped-call]
        self._address = lru_cache(maxsize=256)(super().url)

    def url(self, name: str | None, force: bool = False) -> str:  # noqa: FBT001, FBT002  (Django's)
        """The address of a file: what a manifest says holds as long as the process."""
        return self._address(name, force)
