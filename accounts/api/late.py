"""Views that are imported when somebody first asks for them."""

from collections.abc import Callable, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string
from rest_framework.views import APIView


class LateView:
    """What ``as_view()`` would return of a class of this package, named by its module and name.

    A server that only logs people in never loads the lab. It has what DRF's own views have: the
    description of the API asks for ``cls`` and ``initkwargs``, and so loads them all.
    """

    csrf_exempt = True  # who comes by cookie is checked for CSRF by the authentication
    initkwargs: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, name: str) -> None:
        self._name = name

    @cached_property
    def cls(self) -> type[APIView]:
        """The class."""
        found: type[APIView] = import_string(f"accounts.api.{self._name}")
        return found

    @cached_property
    def _view(self) -> Callable[..., HttpResponseBase]:
        return self.cls.as_view()

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return self._view(request, *args, **kwargs)
