"""Lines: look-ups as the tables grow, requests as the database moves away."""

from collections.abc import Sequence
from dataclasses import replace

from accounts.bench import tables
from accounts.bench.result import FLOOR, Growing, Growth, Latency, Measured
from accounts.pages.benchmarks import sentences
from accounts.pages.benchmarks.charts import Course, Lines, Scale, Tick, draw, sideways


def growth(found: Growth) -> Lines:
    """Look-ups in growing tables; the sizes stand at equal distances."""
    steps = found["steps"]
    places = [number / max(1, len(steps) - 1) for number in range(len(steps))]
    courses = [
        _lookups(
            "Blacklist look-up", "jwt", steps, [one["blacklist_us"]["median"] for one in steps]
        ),
        _lookups(
            "Session look-up", "session", steps, [one["session_us"]["median"] for one in steps]
        ),
    ]
    scale = Scale.over([amount for course in courses for amount in course.amounts])
    return Lines(
        slug="growth",
        sentence=sentences.growth(found),
        lines=draw(courses, places, scale),
        across=[
            Tick(sideways(at), _rows(step["rows"])) for at, step in zip(places, steps, strict=True)
        ],
        upward=_upward(scale),
        across_words="rows",
        upward_words="µs for one look-up",
        table=tables.growth(found),
    )


def _lookups(title: str, family: str, steps: Sequence[Growing], amounts: list[float]) -> Course:
    says = [
        f"{title}, {step['rows']:,} rows: {amount:.1f} µs"
        for step, amount in zip(steps, amounts, strict=True)
    ]
    return Course(title, family, amounts, says, title.split(maxsplit=1)[0])


def _rows(number: int) -> str:
    million, thousand = 1_000_000, 1000
    if number >= million and number % million == 0:
        return f"{number // million} million"
    return f"{number // thousand} thousand" if number % thousand == 0 < number else f"{number:,}"


def latency(found: Latency, strategies: Sequence[Measured]) -> Lines:
    """Requests with a distant database; one label for all that ask equally often."""
    steps = found["steps"]
    asked = [step["asked_ms"] for step in steps]
    places = [one / (max(asked) or 1) for one in asked]
    shown = [one for one in strategies if one["slug"] in steps[0]["wall_us"]]
    courses = _labelled([_away(one, found) for one in shown], shown)
    scale = Scale.over([amount for course in courses for amount in course.amounts])
    return Lines(
        slug="latency",
        sentence=sentences.latency(found, [one for one in strategies if one["slug"] != FLOOR]),
        lines=draw(courses, places, scale),
        across=[Tick(sideways(at), f"{one:g} ms") for at, one in zip(places, asked, strict=True)],
        upward=_upward(scale),
        across_words="to the database and back",
        upward_words="ms for one request",
        shared=True,
        table=tables.latency(found, strategies),
    )


def _away(one: Measured, found: Latency) -> Course:
    amounts = [step["wall_us"][one["slug"]] / 1000 for step in found["steps"]]
    says = [
        f"{one['title']}, {step['asked_ms']:g} ms away: {amount:.2f} ms"
        for step, amount in zip(found["steps"], amounts, strict=True)
    ]
    return Course(one["title"], _family(one), amounts, says)


def _labelled(courses: Sequence[Course], strategies: Sequence[Measured]) -> list[Course]:
    """The uppermost of those that ask equally often gets the label of them all."""
    highest: dict[int, Course] = {}
    for course, one in zip(courses, strategies, strict=True):
        known = highest.get(one["queries"])
        if known is None or course.amounts[-1] > known.amounts[-1]:
            highest[one["queries"]] = course
    labels = {id(course): _queries(count) for count, course in highest.items()}
    return [replace(one, label=labels.get(id(one), "")) for one in courses]


def _family(one: Measured) -> str:
    return FLOOR if one["slug"] == FLOOR else one["family"]


def _queries(count: int) -> str:
    return {0: "No query", 1: "1 query"}.get(count, f"{count} queries")


def _upward(scale: Scale) -> list[Tick]:
    return [Tick(f"{scale.y(tick)}", f"{tick:g}") for tick in scale.ticks()]
