"""Cache calls become steps; a key, which may be a session's, does not."""

from accounts.tracing.cache import TracedLocMemCache
from accounts.tracing.recorder import tracing


def test_each_call_is_a_step_without_its_key() -> None:
    used = TracedLocMemCache("tests", {})
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
