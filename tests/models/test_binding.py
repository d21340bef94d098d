"""The parameters of the statements that are put together once."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models.binding import as_text


@pytest.mark.database("sqlite")
@pytest.mark.parametrize(
    "moment",
    [timezone.now(), datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, 3, 4, 5, 6, UTC)],
)
def test_a_moment_is_written_for_sqlite_as_django_writes_it(moment: datetime) -> None:
    assert as_text(moment) == connection.ops.adapt_datetimefield_value(moment)
