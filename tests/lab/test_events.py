"""What an event is: it changes a password, a role, a row or a key, and asks no strategy."""

import ast
import inspect

import pytest

from accounts.lab import environment
from accounts.lab.events import events
from accounts.lab.events._base import Event
from accounts.strategies import Family, Outcome, strategies

ORDER = [
    "log-out",
    "log-out-everywhere",
    "password-change",
    "account-disabled",
    "role-removed",
    "refresh-replayed",
    "key-rotated-overlap",
    "key-rotated",
    "expiry",
    "cross-site-request",
    "key-leaked",
    "store-down",
    "new-secret",
]


@pytest.fixture(params=[event.slug for event in events])
def event(request: pytest.FixtureRequest) -> type[Event]:
    """Each event."""
    return events[request.param]


def test_those_that_tell_a_story_stay_in_its_order() -> None:
    assert [event.slug for event in events if event.slug in ORDER] == ORDER


def test_each_says_what_it_is(event: type[Event]) -> None:
    assert event.title, f"{event.slug} has no title"
    assert len(event.explanation()) > 60, f"say more in the docstring of {event.__name__}"


def test_none_names_a_strategy(event: type[Event]) -> None:
    source = inspect.getsource(inspect.getmodule(event))  # type: ignore[arg-type]
    words = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    assert not words & {strategy.slug for strategy in strategies}
    assert "Family" not in source


def test_an_event_for_everyone_knows_no_collateral(event: type[Event]) -> None:
    assert (event.ideal.other == "not-applicable") == event.everyone


def test_only_what_changes_the_role_wants_the_new_one_to_be_served(event: type[Event]) -> None:
    changes_role = "take_role_away" in inspect.getsource(inspect.getmodule(event))  # type: ignore[arg-type]
    assert (event.ideal.thief is Outcome.NEW_ROLE) == changes_role


def test_refreshing_happens_only_where_there_are_refresh_tokens() -> None:
    for strategy in strategies:
        applies = events["refresh-replayed"].applies_to(strategy)
        assert applies == strategy.refreshes
        assert not (applies and strategy.family is Family.SESSION)


def test_the_environment_changes_no_setting() -> None:
    assert "settings" not in inspect.getsource(environment)
