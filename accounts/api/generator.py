"""What writes the OpenAPI document: named in the settings, so that drf-spectacular finds it."""

from functools import cache
from typing import Any

from django.urls import get_script_prefix
from drf_spectacular.generators import SchemaGenerator


class Generator(SchemaGenerator):
    """Describes the whole API, which takes a second, once per process: it does not change."""

    def get_schema(self, request: object = None, public: bool = False) -> Any:  # noqa: FBT001, FBT002
        """The document, which is the same for everybody."""
        return _document(get_script_prefix())


@cache
def _document(_prefix: str) -> Any:
    from accounts.api import schema  # noqa: F401  late: how one logs in, which it registers

    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
