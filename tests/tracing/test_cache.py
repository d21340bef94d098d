"""Cache calls become steps; a key, which may be a session's, does not."""

import pytest
from django.core.cache import cache

from accounts.tracing.cache import TracedLocMemCache
from accounts.tracing.recorder import tracing

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("backend", ["default", "memory"])
def test_each_call_is_a_step_without_its_key(backend: str) -> None:
    used = cache if backend == "default" else TracedLocMemCache("tests", {})
    with tracing() as trace:
        used.set("secret-key", "secret-value")
        assert used.get("secret-key") == "secret-value"
        assert not used.add("secret-key", "other")
        assert used.get_many(["secret-key"]) == {"secret-key": "secret-value"}
        assert used.delete("secret-key")
    names = [step.name for step in trace.steps if step.kind == "cache"]
    assert names == ["cache set", "cache get", "cache add", "cache get", "cache delete"]
    assert "secret" not in repr(trace)
    assert trace.tally()["cache"] == 5
