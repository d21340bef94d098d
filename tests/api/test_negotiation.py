"""The renderer of the API writes what DRF's would."""

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.renderers import JSONRenderer

from accounts.api.negotiation import CompactJSONRenderer

ANSWERS = [
    None,
    {},
    [],
    {"text": "für alle \u2028 und \u2029 </script>", "none": None, "yes": True},
    [uuid.UUID(int=7), datetime(2026, 1, 2, 3, 4, 5, 6, UTC), timedelta(1), Decimal("1.50")],
]


@pytest.mark.database("sqlite")
@pytest.mark.parametrize("data", ANSWERS)
def test_an_answer_is_written_as_drf_writes_it(data: Any) -> None:
    assert CompactJSONRenderer().render(data) == JSONRenderer().render(data)


@pytest.mark.database("sqlite")
def test_what_is_no_number_is_no_answer() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        CompactJSONRenderer().render({"share": float("nan")})
