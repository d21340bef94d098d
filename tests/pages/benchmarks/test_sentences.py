"""The sentences under the charts say what the figures say."""

from accounts.bench.result import without_baseline
from accounts.pages.benchmarks import sentences
from tests.bench.sample import result, spread


def test_who_takes_longest_and_what_the_site_needs_itself() -> None:
    assert sentences.time(result()) == (
        "Title of jwt-blacklist needs 3.1 times the CPU time of Title of session-joined. "
        "Title of session-joined, this site's own session, needs 0.39 times the CPU time of "
        "Title of session-db. "
        "Title of jwt-blacklist-joined, this site's own token, needs 0.62 times the CPU time of "
        "Title of jwt-user."
    )


def test_a_difference_within_the_spread_is_called_none() -> None:
    found = result()
    by_slug = {one["slug"]: one for one in found["strategies"]}
    by_slug["session-joined"]["cpu_us"] = spread(975)  # beside 990 of session-db
    assert (
        "Title of session-joined, this site's own session, needs as much CPU time as "
        "Title of session-db, to within the spread."
    ) in sentences.time(found)


def test_the_largest_part_of_the_slowest_is_named() -> None:
    assert sentences.parts(result()) == (
        "Under Title of jwt-blacklist, 70% of the time goes to Django, DRF and Python."
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
    assert sentences.growth(growth, 1000) == (
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
    said = sentences.http(http, found["strategies"], found["rounds"])
    assert said.startswith(
        "One server process answers 2,500 requests a second under Title of session-joined "
        "and 833 under Title of jwt-blacklist. "
    )


def test_http_says_whether_cpu_time_tells_its_order_and_calls_chance_what_may_be() -> None:
    found = result(long=True)
    http = found["http"]
    assert http is not None
    cheap, dear = found["strategies"][1:3]
    cheap["cpu_us"], dear["cpu_us"] = spread(500), spread(900)
    http["strategies"] = [
        one for one in http["strategies"] if one["slug"] in (cheap["slug"], dear["slug"])
    ]
    by_slug = {one["slug"]: one for one in http["strategies"]}
    by_slug[cheap["slug"]] |= {"per_second": 900.0, "low": 880.0, "high": 920.0}
    by_slug[dear["slug"]] |= {"per_second": 500.0, "low": 480.0, "high": 520.0}

    def said() -> str:
        return sentences.http(http, found["strategies"], found["rounds"])

    assert said().endswith("any other order of neighbours is chance.")
    by_slug[dear["slug"]] |= {"per_second": 1500.0, "low": 1480.0, "high": 1520.0}
    assert said().endswith(
        f"CPU time does not tell all: {dear['title']} answers more than {cheap['title']}, "
        "and takes more of it."
    )
    cheap["cpu_us"], dear["cpu_us"] = spread(890), spread(900)
    assert said().endswith("any other order of neighbours is chance.")


def test_growth_within_what_a_machine_changes_meanwhile_is_none() -> None:
    growth = result(long=True)["growth"]
    assert growth is not None
    growth["steps"][-1]["blacklist_us"] = spread(17)  # "0.85 times", which cannot be
    assert sentences.growth(growth, 1000) == (
        "Among 1,000,000 rows a look-up in the blacklist takes as long, to within the spread, as "
        "among 10,000: 17 µs against 20."
    )


def test_log_outs_and_rates_that_do_not_differ_are_not_told_apart() -> None:
    found = result(long=True)
    for one in found["strategies"]:
        if one["logout_everywhere"]:
            one["logout_everywhere"] = {"queries": 1, "cpu_us": 700.0, "wall_us": 900.0}
    assert sentences.logins(found) == (
        "Logging out everywhere takes about 1 query and 0.7 ms whatever the way."
    )
    http = found["http"]
    assert http is not None
    for served in http["strategies"]:
        served |= {"per_second": 500.0, "low": 300.0, "high": 600.0}
    http["strategies"][-1]["per_second"] = 600.0
    assert sentences.http(http, found["strategies"], found["rounds"]) == (
        "One server process answers about 600 requests a second."
    )


def test_without_a_distance_round_trips_decide_nothing() -> None:
    found = result(long=True)
    latency = found["latency"]
    assert latency is not None
    latency["steps"] = latency["steps"][:1]
    assert sentences.latency(latency, without_baseline(found)).endswith("with two queries.")
