"""The drawing of who let a copy in until when."""

from dataclasses import asdict

from accounts.cluster.clients import Eye, Sample
from accounts.cluster.drills._base import track_of
from accounts.cluster.timeline import timeline


def drawn(*samples: Sample) -> list[tuple[str, float, float]]:
    """The kind, the place and the width of each bar, where the log-out was at 10 s."""
    track = track_of(Eye("Process 1", "", "", {}, [*samples]), 10.0)
    found = timeline([asdict(track)])
    assert found
    [row] = found.rows
    return [(bar.kind, bar.x, bar.width) for bar in row.bars]


def test_what_is_let_in_before_and_after_the_log_out_are_two_bars() -> None:
    assert drawn(Sample(9.0, 9.1, 200), Sample(9.9, 10.5, 200), Sample(10.5, 11.0, 200)) == [
        ("own", 0.0, 500.0),
        ("thief", 750.0, 250.0),
    ]


def test_a_refusal_before_the_answer_to_the_log_out_is_due_to_it() -> None:
    bars = drawn(Sample(9.0, 9.5, 200), Sample(9.5, 9.6, 401), Sample(10.0, 11.0, 401))
    assert bars == [("own", 0.0, 250.0), ("out", 250.0, 750.0)]


def test_a_login_that_is_not_known_yet_bounces() -> None:
    bars = drawn(Sample(9.0, 9.5, 401), Sample(9.5, 10.0, 200), Sample(10.0, 11.0, 503))
    assert [kind for kind, _, _ in bars] == ["bounced", "own", "none"]


def test_the_key_names_the_kinds_of_bars_that_are_drawn() -> None:
    track = track_of(Eye("", "", "", {}, [Sample(9.0, 9.5, 200), Sample(10.1, 10.2, 401)]), 10.0)
    found = timeline([asdict(track)])
    assert found
    assert found.key == [("own", "let in"), ("out", "refused")]


def test_a_place_that_was_never_asked_is_not_drawn() -> None:
    assert timeline([{"name": "x", "words": "", "spans": []}]) is None
