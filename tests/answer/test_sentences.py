"""Other figures say something else."""

import re
from dataclasses import replace
from typing import Any

import pytest

from accounts.answer.facts import Facts, facts
from accounts.answer.opening import opening, steps, why_cheaper
from accounts.answer.ranking import (
    Action,
    Audience,
    Candidate,
    Client,
    Measurements,
    System,
    entry,
    rank,
    rankings,
)
from accounts.answer.sentences import (
    beside,
    condition,
    milliseconds,
    one_for_both,
    reasons_in_words,
    recommendation,
    when_jwt_wins,
    would_change,
)
from accounts.answer.tipping import PARAMETERS, TippingPoint, tipping_points

BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}


@pytest.fixture
def shipped() -> Facts:
    found = facts("sqlite")
    assert found is not None
    return found


def changed(found: Facts, slug: str, **values: Any) -> Facts:
    """The same facts, but for one way."""
    candidates = tuple(
        replace(candidate, **values) if candidate.slug == slug else candidate
        for candidate in found.measurements.candidates
    )
    return replace(found, measurements=Measurements(candidates, found.measurements.trips))


def costing(found: Facts, slug: str, cpu_us: float) -> Facts:
    candidate = found.candidate(slug)
    return changed(found, slug, request=Action(cpu_us, candidate.request.queries))


def test_the_answer_depends_on_what_the_token_costs(shipped: Facts) -> None:
    session = shipped.candidate("session-db").request.cpu_us
    same = opening(costing(shipped, "jwt-blacklist", session * 1.001))
    assert same.headline.endswith("and then little is left of what JWT was for.")
    assert "costs as much as Session (Django) (to within the spread) and sends" in same.figures
    dear = opening(costing(shipped, "jwt-blacklist", session * 2))
    assert dear.headline.endswith("a token costs more than the session it was to replace.")
    assert re.search(r"costs 2\.00 ± 0\.\d\d times as much as Session \(Django\)", dear.figures)
    cheap = costing(shipped, "jwt-blacklist", session / 2)
    careful = shipped.candidate("session-joined").request.cpu_us
    both = costing(cheap, "jwt-blacklist-joined", careful / 2)
    assert opening(both).headline.endswith("the token still costs less than a session.")
    one = costing(cheap, "jwt-blacklist-joined", careful * 2)  # a session built alike costs less
    assert opening(one).headline.endswith("and then little is left of what JWT was for.")


def test_the_answer_depends_on_what_becomes_of_the_thief(shipped: Facts) -> None:
    unsolved = changed(shipped, "jwt-blacklist", open_after=("log-out",))
    assert opening(unsolved).headline == "That it is not solved."
    harmless = changed(shipped, "jwt-user", open_after=())
    assert opening(harmless).headline.startswith("None: here even a plain token ends")


def test_what_only_a_jwt_can_do_is_said_where_it_is_so(shipped: Facts) -> None:
    only = "What only a JWT can do"
    assert only in opening(shipped).figures
    session = changed(shipped, "session-signed", request=Action(500.0, 0))
    assert only not in opening(session).figures


def test_where_the_database_is_not_it_names_a_way_that_the_ranking_admits_there(
    shipped: Facts,
) -> None:
    late = "; with JWT + rotated refresh a log-out then counts only when the access token runs out."
    assert opening(shipped).figures.endswith(late)
    there = rank(shipped.measurements, System(services=1, late_s=60), Audience.PROGRAMS)
    assert "jwt-rotating" in {one.candidate.slug for one in there.entries}
    mended = changed(shipped, "jwt-status-list", open_after=())
    listed = "; with JWT + status list a log-out then counts up to 1.0 s late."
    assert opening(mended).figures.endswith(listed)
    tokens = [one for one in shipped.measurements.candidates if one.slug != "jwt-rotating"]
    nobody = Measurements(tuple(tokens), shipped.measurements.trips)
    assert opening(replace(shipped, measurements=nobody)).figures.endswith(
        "not, but none of those measured ends every stolen copy there."
    )


def test_why_the_last_step_is_cheaper_is_said_where_it_is(shipped: Facts) -> None:
    assert why_cheaper(shipped).startswith("The last one is cheaper than JWT though it checks more")
    dear = costing(shipped, "session-joined", shipped.candidate("jwt-user").request.cpu_us + 1)
    assert why_cheaper(dear) == ""


def test_care_is_told_by_the_queries_that_it_saves(shipped: Facts) -> None:
    assert "session and token cost one query each" in opening(shipped).figures
    two = changed(shipped, "jwt-blacklist-joined", request=Action(900.0, 2))
    assert "Built with care, and the token costs" in opening(two).figures


def test_without_the_ways_of_the_steps_nothing_is_claimed(shipped: Facts) -> None:
    candidates = tuple(
        candidate for candidate in shipped.measurements.candidates if candidate.slug != "jwt-user"
    )
    found = replace(shipped, measurements=Measurements(candidates, shipped.measurements.trips))
    assert opening(found).headline == "Not measured."
    assert [step.candidate.slug for step in steps(found)][:2] == ["session-db", "jwt-blacklist"]


def test_a_door_says_how_long_a_thief_stays(shipped: Facts) -> None:
    late = changed(shipped, "jwt-user", open_after=(), late_at=("log-out",))
    door = {step.candidate.slug: (step.is_safe, step.door) for step in steps(late)}["jwt-user"]
    assert door == (False, "thief in, up to 5 min")


def taken(found: Facts, **system: Any) -> str:
    asked = System(**{"clients": frozenset({Client.PROGRAM}), **system})
    [ranking] = rankings(found.measurements, asked)
    return recommendation(found, asked, ranking)


def test_the_winner_is_put_beside_the_best_of_the_other_kind(shipped: Facts) -> None:
    assert re.search(r"would take 0\.\d\d ms more and send 390 bytes more each", taken(shipped))
    alike = costing(shipped, "jwt-blacklist-joined", shipped.candidate("opaque").request.cpu_us + 1)
    assert "JWT + blacklist in one query would take as long and send" in taken(alike)
    far = taken(shipped, late_s=300, distance_ms=5)
    assert "Random token would take" in far
    assert "bytes less each time" in far


def test_what_short_tokens_ask_of_the_database_is_said(shipped: Facts) -> None:
    text = taken(shipped, services=1, late_s=1, per_hour=120)
    assert (
        "This takes up to 120 refreshes per user and hour, 2 queries each: "
        "240 queries an hour, where one at each request would be 120." in text
    )
    assert "up to 4 refreshes per user and hour" in taken(shipped, services=1, late_s=900)
    assert "refreshes" not in taken(shipped)


def test_an_equal_is_named(shipped: Facts) -> None:
    alike = costing(shipped, "jwt-blacklist-joined", shipped.candidate("opaque").request.cpu_us + 1)
    text = taken(alike)
    assert "JWT + blacklist in one query: the same cost, as the difference is within" in text


def test_django_is_not_compared_with_itself(shipped: Facts) -> None:
    alone = Measurements((shipped.candidate("session-db"),), shipped.measurements.trips)
    text = taken(replace(shipped, measurements=alone))
    assert "A log-out takes effect at once. A request takes" in text
    assert "times as long" not in text


def test_where_nothing_helps_a_jwt_it_is_said(shipped: Facts) -> None:
    candidates: tuple[Candidate, ...] = tuple(
        candidate for candidate in shipped.measurements.candidates if candidate.family != "jwt"
    )
    found = replace(shipped, measurements=Measurements(candidates, shipped.measurements.trips))
    ranking = rank(found.measurements, System(), Audience.BROWSERS)
    assert when_jwt_wins(found, System(), ranking).startswith("A JWT does not win here, and no")


@pytest.mark.parametrize(
    ("name", "value", "is_more", "words"),
    [
        ("distance_ms", 0.5, True, "the database were 0.5 ms away or more"),
        ("distance_ms", 0.0, False, "the database were 0 ms away"),
        ("late_s", 98, True, "a log-out might take 1 min 38 s to take effect"),
        ("late_s", 5, False, "a log-out had to take effect within 5 s"),
        ("late_s", 0, False, "a log-out had to take effect at once"),
        ("per_hour", 1200, True, "a user sent 1,200 requests an hour or more"),
        ("services", 1, True, "a service had to check logins without the database"),
        ("services", 0, False, "every service could reach the database"),
        ("header_bytes", 371, True, "a cookie or token could have 371 bytes"),
        ("header_bytes", 50, False, "a cookie or token could have no more than 50 bytes"),
    ],
)
def test_a_condition_is_a_clause(name: str, value: float, is_more: bool, words: str) -> None:  # noqa: FBT001
    assert condition(TippingPoint(BY_NAME[name], value, is_more, None)) == words


def test_where_nothing_will_do_it_says_what_would_help_as_the_sentence_on_jwt_does(
    shipped: Facts,
) -> None:
    browsers = rank(shipped.measurements, System(), Audience.BROWSERS)
    [changes] = [
        would_change(shipped, System(), Audience.BROWSERS, point)
        for point in tipping_points(shipped.measurements, System(), Audience.BROWSERS)
        if point.winner is None
    ]
    without = "a service had to check logins without the database"
    later = "a log-out might take 1 s to take effect"
    assert changes == (
        f"If {without}: none of these ways will do, unless {later}, too: "
        "then take JWT + rotated refresh with access tokens that live no longer."
    )
    assert when_jwt_wins(shipped, System(), browsers) == (
        f"A JWT would win if {later} and {without}: JWT + rotated refresh with access tokens that "
        "live no longer."
    )


def test_what_the_winner_lacks_is_said(shipped: Facts) -> None:
    assert "Beware" not in taken(shipped)
    text = taken(shipped, header_bytes=40)  # room for a session's cookie alone
    assert "Beware: a program would have to keep a cookie." in text


def test_one_way_for_browsers_and_programs_has_its_price(shipped: Facts) -> None:
    both = System(clients=frozenset(Client), distance_ms=0)
    assert one_for_both(rankings(shipped.measurements, both)) == (
        "One way for both? Then with Session in one query a program would have to keep a cookie; "
        "with Random token a script in the page could read it. You can run both, as this site does."
    )
    service = System(clients=frozenset(Client), services=1, late_s=60)  # one way fits all
    assert one_for_both(rankings(shipped.measurements, service)) == ""
    assert one_for_both(rankings(shipped.measurements, System())) == ""


def test_each_reason_is_told(shipped: Facts) -> None:
    system = System(services=1, header_bytes=60)
    excluded = {
        one.candidate.slug: one
        for one in rank(shipped.measurements, system, Audience.PROGRAMS).excluded
    }
    assert reasons_in_words(excluded["jwt-blacklist-memory"], system) == [
        "a stolen copy outlives: password change, refresh token used twice",
        "a log-out may take 1 s to reach every server process",
        "asks the database, which a service cannot reach",
        "sends 377 bytes, more than 60",
    ]
    assert "throws out other devices too: log out" in reasons_in_words(
        excluded["jwt-version"], system
    )
    rotating = reasons_in_words(excluded["jwt-rotating"], system)
    assert rotating[0].startswith("waits until the access token runs out: log out, ")


def test_a_time_has_the_figures_that_count() -> None:
    times = [milliseconds(microseconds) for microseconds in (553, 1_840, 12_340)]
    assert times == ["0.55 ms", "1.8 ms", "12 ms"]


def test_two_ways_in_a_sentence(shipped: Facts) -> None:
    one, two = shipped.candidate("opaque"), shipped.candidate("session-db")
    here = System(distance_ms=0)
    quick, slow = (
        entry(each, shipped.measurements, here, Audience.PROGRAMS).time_us for each in (one, two)
    )
    text = beside(shipped, here, one, two)
    assert text == (
        f"Random token takes {milliseconds(slow - quick)} less than Session (Django): "
        f"{100 * (1 - quick / slow):.0f}% of its time."
    )
    assert text == beside(shipped, here, two, one)
