"""The sentences under the charts say what the figures say."""

from accounts.bench.result import without_baseline
from accounts.pages.benchmarks import sentences
from tests.bench.sample import result


def test_who_takes_longest_and_what_the_site_needs_itself() -> None:
    assert sentences.time(result()) == (
        "Title of jwt-blacklist takes 3.0 times as long as Title of session-joined. "
        "This site's own session takes 0.40 times as long as Title of session-db. "
        "This site's own token takes 0.62 times as long as Title of jwt-user."
    )


def test_how_many_ask_how_often() -> None:
    assert sentences.queries(result()).startswith(
        "Of five ways, three ask it once and two ask it twice."
    )


def test_a_token_beside_a_cookie() -> None:
    assert sentences.bytes_sent(result()) == (
        "A JSON Web Token is sent with every request and is 8.0 times as long as a cookie "
        "session: 400 bytes against 50 (medians)."
    )


def test_logging_out_everywhere_from_the_cheapest_to_the_dearest() -> None:
    text = sentences.logins(result())
    assert text.startswith(
        "Logging out everywhere takes 1 query and 0.7 ms under Title of session-j"
    )
    assert "1.5 ms under Title of jwt-blacklist" in text


def test_growth_compares_a_million_rows_with_ten_thousand() -> None:
    growth = result(long=True)["growth"]
    assert growth is not None
    assert sentences.growth(growth) == (
        "Among 1,000,000 rows a look-up in the blacklist takes 1.25 times as long as among "
        "10,000: 25 µs against 20."
    )


def test_latency_counts_round_trips() -> None:
    found = result(long=True)
    latency = found["latency"]
    assert latency is not None
    assert sentences.latency(latency, without_baseline(found)) == (
        "With the database 5 ms away a request takes 5.5 ms with one query and 11.1 ms with "
        "two queries: the number of round trips decides."
    )


def test_http_names_the_fastest_and_the_slowest() -> None:
    found = result(long=True)
    http = found["http"]
    assert http is not None
    assert sentences.http(http, found["strategies"]) == (
        "One server process answers 2,500 requests a second under Title of session-joined "
        "and 833 under Title of jwt-blacklist."
    )


def test_missed_limits_are_named() -> None:
    goals = result()["goals"]
    text = sentences.goals(goals)
    assert text.startswith(f"{len(goals) - 1} of {len(goals)} limits")
    assert text.endswith("Missed: tracing on ÷ no tracing is 1.2 instead of 1.1.")
