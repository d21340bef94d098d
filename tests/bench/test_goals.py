"""The limits that this project set itself, compared with a result."""

from accounts.bench.goals import goal, goals
from accounts.bench.result import Goal, Result
from tests.bench.sample import result


def by_title(found: Result) -> dict[str, Goal]:
    return {one["title"]: one for one in goals(found)}


def test_a_ratio_is_held_against_its_limit_for_both_clocks() -> None:
    found = by_title(result())

    wall = found["jwt-blacklist-joined ÷ jwt-user, wall"]
    assert (wall["figure"], wall["limit"], wall["reached"]) == (0.625, 0.65, True)
    assert found["jwt-blacklist-joined ÷ jwt-user, cpu"]["figure"] == round(490 / 790, 3)


def test_a_limit_that_was_missed_says_so() -> None:
    assert by_title(result())["tracing on ÷ no tracing"]["reached"] is False


def test_a_limit_that_was_just_met_is_reached() -> None:
    assert goal("a ratio", 1.5, 1.5)["reached"]
    assert not goal("a ratio", 1.5, 1.501)["reached"]


def test_a_look_up_in_a_large_table_is_held_against_one_in_a_small_one() -> None:
    found = by_title(result(long=True))
    assert found["blacklist look-up, 10⁶ rows ÷ 10⁴"]["figure"] == 25 / 20
    assert found["longest statement of pruning, ms"]["figure"] == 30.0


def test_what_was_not_measured_has_no_goal() -> None:
    assert not [title for title in by_title(result()) if "look-up" in title or "pruning" in title]
    assert [title for title in by_title(result(long=True)) if "look-up" in title]


def test_a_strategy_that_was_left_out_has_no_goal() -> None:
    assert not [title for title in by_title(result()) if title.startswith("opaque")]


def test_the_size_of_a_row_counts_on_postgres_alone() -> None:
    found = result(long=True)
    assert "bytes of a blacklist row" not in by_title(found)

    found["database"] = "postgres"
    assert by_title(found)["bytes of a blacklist row"]["figure"] == 117.0


def test_the_calls_of_a_request_are_held_against_the_limit_of_their_database() -> None:
    found = result(long=True)
    assert by_title(found)["function calls of a request by token"]["limit"] == 1045
    assert not by_title(found)["function calls of a request by nobody"]["reached"]

    found["database"] = "postgres"
    assert by_title(found)["function calls of a request by token"]["limit"] == 1120
