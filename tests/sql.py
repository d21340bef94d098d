"""What SQL a block of a test sent, by the tables it asked."""

import re

from django.apps import apps
from django.test.utils import CaptureQueriesContext

_NAME = re.compile(r'"(\w+)"')


def tables_of(queries: CaptureQueriesContext) -> list[set[str]]:
    """The tables of each query, in order."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    return [tables & set(_NAME.findall(query["sql"])) for query in queries.captured_queries]
