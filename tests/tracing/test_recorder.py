"""The trace of a request: its steps in order, timed, and nobody else's."""

import contextvars
from threading import Thread

import pytest

from accounts.tracing import recorder
from accounts.tracing.recorder import Trace, current_trace, step, tracing, untraced


def names(trace: Trace) -> list[str]:
    return [step.name for step in trace.steps]


def test_without_a_trace_a_step_does_nothing() -> None:
    assert current_trace() is None
    with step("parse", kind="parse") as nothing:
        assert nothing is None


def test_steps_come_in_the_order_in_which_they_began() -> None:
    with tracing() as trace:
        with step("outer", kind="note"), step("inner", kind="parse"):
            pass
        with step("last", kind="crypto"):
            pass
    assert names(trace) == ["outer", "inner", "last"]
    starts = [step.start for step in trace.steps]
    assert starts == sorted(starts)


def test_a_step_lasts_as_long_as_its_block() -> None:
    with tracing() as trace, step("outer", kind="note"), step("inner", kind="note"):
        pass
    outer, inner = trace.steps
    assert outer.duration >= inner.duration > 0
    assert outer.start + outer.duration <= trace.elapsed


def test_a_step_ends_by_an_exception_too() -> None:
    with tracing() as trace:
        with pytest.raises(KeyError), step("fails", kind="note"):
            raise KeyError
        assert current_trace() is trace
    assert trace.steps[0].duration > 0


def test_traces_nest_without_seeing_each_others_steps() -> None:
    with tracing() as outer:
        with step("before", kind="note"):
            pass
        with tracing() as inner, step("within", kind="note"):
            pass
        with step("after", kind="note"):
            pass
    assert names(outer) == ["before", "after"]
    assert names(inner) == ["within"]
    assert current_trace() is None


def test_what_is_untraced_is_left_out() -> None:
    with tracing() as trace:
        with untraced(), step("hidden", kind="note"):
            pass
        with step("shown", kind="note"):
            pass
    assert names(trace) == ["shown"]


def test_another_thread_has_no_part_in_it() -> None:
    seen = []
    with tracing() as trace:
        thread = Thread(target=lambda: seen.append(current_trace()))
        thread.start()
        thread.join()
        copied = contextvars.copy_context().run(current_trace)
    assert seen == [None]
    assert copied is trace


def test_the_trace_is_over_after_an_exception() -> None:
    with pytest.raises(KeyError), tracing():
        raise KeyError
    assert current_trace() is None


def test_the_tally_counts_by_kind() -> None:
    with tracing() as trace:
        for kind in ("sql", "sql", "crypto", "hash", "cache", "parse", "note"):
            with step("step", kind=kind):
                pass
    tally = trace.tally()
    assert {name: tally[name] for name in ("sql", "signatures", "hashes", "cache")} == {
        "sql": 2,
        "signatures": 1,
        "hashes": 1,
        "cache": 1,
    }
    spent = sum(step.duration for step in trace.steps[:2]) / 1000
    assert tally["sql_us"] == pytest.approx(spent)


def test_as_json_its_times_are_microseconds() -> None:
    with tracing() as trace, step("parse", kind="parse", detail="of a token"):
        pass
    found = trace.as_dict()
    [only] = found["steps"]
    assert only["duration_us"] == trace.steps[0].duration / 1000
    assert (only["kind"], only["name"], only["detail"], only["rows"]) == (
        "parse",
        "parse",
        "of a token",
        None,
    )
    assert found["credential"] == {"carrier": "none"}
    assert found["total_us"] >= only["duration_us"]


def test_what_is_left_out_takes_no_time_either(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0
    monkeypatch.setattr(recorder, "perf_counter_ns", lambda: now)
    with tracing() as trace:
        trace.started = 0
        with untraced():
            now = 50
        now = 60
        assert trace.elapsed == 10
