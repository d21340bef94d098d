"""No two pages contradict each other: what each says of a way to carry a login, to a reader.

Each page is read by itself: the first page, the lab, the answer, the lessons, the claims … A
planted contradiction on any of them has to be found.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from accounts.answer import facts
from accounts.bench import archive
from accounts.bench.result import Result
from accounts.claims import claims as board
from accounts.claims._evidence import Evidence
from accounts.claims._results import shipped
from accounts.cluster import scale_facts
from accounts.cluster.scale import Kept
from accounts.conf import own_database
from accounts.lab import recorded
from accounts.lab.events import events
from accounts.lesson import LESSONS
from accounts.pages.benchmarks import views as benchmark_views
from accounts.pages.claims import views as claims
from accounts.pages.lab import cells
from accounts.strategies import Expected, Outcome, strategies

pytestmark = pytest.mark.django_db
# Each tells what was measured on its own database.
on_both = pytest.mark.database("sqlite", "postgres")

Rows = list[list[str]]
Said = dict[tuple[str, str], dict[str, str]]  # (way, topic) -> page -> what it says

TITLES = {strategy.slug: strategy.title for strategy in strategies}
SLUGS = {title: slug for slug, title in TITLES.items()}
# A token is some three bytes longer for each digit that its user's number has more.
DIGITS = 9
# The lab's second process has seen the session; where there is one cache, it refuses as well.
STOPPED, LATER, IN = "stopped at once", "stopped later", "gets in"
_LAB = {"safe": STOPPED, "later": LATER, "vulnerable": IN}
_SIGNS = {"●": STOPPED, "◐": LATER, "▲": IN}
_FIRST = {"stopped at once": STOPPED, "stopped when": LATER, "gets in": IN}
_DOORS = {"thief stopped": STOPPED, "thief in": IN, "thief in, up to": LATER}


def text(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html))).strip()


def rows_of(html: str, after: str) -> Rows:
    """The cells of the first table behind some words."""
    table = re.search(r"<table.*?</table>", html[html.index(after) :], re.DOTALL)
    assert table
    lines = re.findall(r"<tr.*?</tr>", table[0], re.DOTALL)
    return [
        [text(cell) for cell in re.findall(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", line, re.DOTALL)]
        for line in lines
    ]


def way_of(words: str) -> str:
    """The slug of a way by its title, which may be followed by more words."""
    return SLUGS[max((title for title in SLUGS if words.startswith(title)), key=len)]


def first_page(client: Client) -> Iterator[tuple[str, str, str]]:
    slugs = list(TITLES)
    for left, right in zip(slugs, slugs[1:] + slugs[:1], strict=True):
        seen = text(client.get("/", {"left": left, "right": right}).content.decode())
        words = re.escape(TITLES[left])
        found = re.search(rf"The thief tries\. .*?{words}: the thief (?:is )?([^.]*)\.", seen)
        assert found
        verdict = next(one for start, one in _FIRST.items() if found[1].startswith(start))
        yield left, "log-out", verdict
        thrown = "all other devices are logged out" in found[1]
        yield left, "other device", "thrown out" if thrown else "stays"


def lab(client: Client) -> Iterator[tuple[str, str, str]]:
    html = client.get("/lab/").content.decode()
    for slug, row in re.findall(r'<tr data-row="([\w-]+)">(.*?)</tr>', html, re.DOTALL):
        for topic, name in (("queries", "sql"), ("bytes", "bytes")):
            figure = re.search(rf"data-{name}>(\d+)", row)
            assert figure
            yield slug, topic, figure[1]
        for attributes, inside in re.findall(r"<td class=\"cell\"(.*?)>(.*?)</td>", row, re.DOTALL):
            event = re.search(r'data-event="([\w-]+)"', attributes)
            tone = re.search(r'data-tone="(\w+)"', attributes)
            assert event
            assert tone
            words = re.sub(
                r" (recorded|Run .* against .*|Only where .*)", "", text(inside)
            ).replace(",", "")
            yield slug, f"cell {event[1]}", words
            if event[1] == "log-out":
                yield slug, "log-out", _LAB[tone[1]]
                yield slug, "other device", "thrown out" if "other device" in words else "stays"


def strategy_pages(client: Client) -> Iterator[tuple[str, str, str]]:
    for slug in TITLES:
        html = client.get(f"/lab/{slug}/").content.decode()
        tone = re.search(r'data-event="log-out" data-tone="(\w+)"', html)
        assert tone
        yield slug, "log-out", _LAB[tone[1]]


def event_page(client: Client) -> Iterator[tuple[str, str, str]]:
    html = client.get("/lab/events/log-out/").content.decode()
    for tone, group in re.findall(r'<tbody data-group="(\w+)".*?>(.*?)</tbody>', html, re.DOTALL):
        for slug in re.findall(r'data-strategy="([\w-]+)"', group):
            yield slug, "log-out", _LAB[tone]


def answer(client: Client) -> Iterator[tuple[str, str, str]]:
    query = {"database": own_database(), "clients": ["browser", "program"]}
    html = client.get("/answer/", query).content.decode()
    _, *columns = rows_of(html, 'id="played"')[0]
    by_title = {event.title: event.slug for event in events}
    for title, *found in rows_of(html, 'id="played"')[1:]:
        for column, words in zip(columns, found, strict=True):
            yield SLUGS[title], f"cell {by_title[column]}", words.replace(",", "")
            if by_title[column] == "log-out":
                yield SLUGS[title], "log-out", _SIGNS[words[0]]
    for title, _, door in rows_of(html, 'id="steps-title"')[1:]:
        door_words = next(words for words in sorted(_DOORS, key=len)[::-1] if words in door)
        yield way_of(title), "log-out", _DOORS[door_words]
        yield way_of(title), "queries", title.removeprefix(TITLES[way_of(title)]).split()[0]
    for way, *figures in rows_of(html, 'id="ranked"')[1:]:
        if len(figures) > 1:
            yield SLUGS[way], "CPU µs", figures[2]
            yield SLUGS[way], "queries", figures[3]
            yield SLUGS[way], "bytes", figures[4]
    yield "session-joined", "a token as careful", "the same" if same(html) else "differs"
    yield from times(html, "the token costs")


def times(html: str, before: str) -> Iterator[tuple[str, str, str]]:
    """How many times the session's CPU time a token takes, as a range."""
    if found := re.search(rf"{before} ([\d.]+) ± ([\d.]+) times", text(html)):
        middle, error = map(float, found.groups())
        yield "session-joined", "times", f"{middle - error:.2f} to {middle + error:.2f}"


def same(html: str) -> bool:
    """What the first sentence says of the two ways with one query."""
    return "the token costs as much as" in text(html)


def benchmarks(client: Client) -> Iterator[tuple[str, str, str]]:
    html = client.get("/benchmarks/", {"result": own_database()}).content.decode()
    for topic, chart in (
        ("CPU µs", "time-card"),
        ("queries", "queries-card"),
        ("bytes", "bytes-card"),
    ):
        for way, figure, *_ in rows_of(html, f'id="{chart}"')[1:]:
            if not way.startswith("Nobody asks"):
                yield way_of(way), topic, figure.replace(",", "")


def claim_pages(client: Client) -> Iterator[tuple[str, str, str]]:
    for claim, table in (
        ("blacklist-is-a-session", "SQL queries of a request"),
        ("stateless-saves-a-query", "Queries to check a request"),
    ):
        html = client.get(f"/claims/{claim}/", {"on": own_database()}).content.decode()
        for way, figure, *_ in rows_of(html, table)[1:]:
            yield SLUGS[way], "queries", figure.split()[0]
    html = client.get("/claims/blacklist-is-a-session/", {"on": own_database()}).content.decode()
    none = re.search(r"times its CPU time \([^)]*no difference", text(html))
    yield "session-joined", "a token as careful", "the same" if none else "differs"
    yield from times(html, "the session needs 1, and")


def lessons(client: Client) -> Iterator[tuple[str, str, str]]:
    for lesson in LESSONS:
        html = client.get(f"/lesson/{lesson.slug}/").content.decode()
        for label, value in re.findall(r"<dt>([^<]+)</dt><dd>(.*?)</dd>", html):
            way, _, what = unescape(label).partition(", ")
            topic, says = _FIGURES.get(what, ("", ""))
            if topic and (found := re.match(says, text(value))):
                yield SLUGS[way], topic, _COPIES.get(found[0], found[0])


_FIGURES = {
    "for each request": ("queries", r"\d+"),
    "sent with each request": ("bytes", r"\d+"),
    "the thief’s copy": ("log-out", "refused within|refused|still works"),
}
_COPIES = {"refused": STOPPED, "refused within": LATER, "still works": IN}


PAGES: Mapping[str, Callable[[Client], Iterator[tuple[str, str, str]]]] = {
    "/": first_page,
    "/lab/": lab,
    "/lab/<strategy>/": strategy_pages,
    "/lab/events/log-out/": event_page,
    "/answer/": answer,
    "/benchmarks/": benchmarks,
    "/claims/": claim_pages,
    "/lesson/<slug>/": lessons,
}


_READ: dict[str, list[tuple[str, str, str]]] = {}  # each page once in a process


def said_by(client: Client, changed: str = "") -> Said:
    """All that the pages say; the one that was changed is read anew."""
    said: Said = {}
    for page, read in PAGES.items():
        if page not in _READ and page != changed:
            _READ[page] = list(read(client))
        for slug, topic, words in list(read(client)) if page == changed else _READ[page]:
            found = said.setdefault((slug, topic), {})
            if found.setdefault(page, words) != words:
                found[f"{page} elsewhere"] = words
    return said


def contradictions(said: Said) -> list[str]:
    return [
        f"{slug}, {topic}: {pages}"
        for (slug, topic), pages in said.items()
        if not agree(topic, set(pages.values()))
    ]


def measured() -> set[str]:
    """The ways of the newest benchmark: without figures, a new one is told of on fewer pages."""
    newest = archive.newest(own_database())
    result = archive.find(newest.name) if newest else None
    assert result
    return {one["slug"] for one in result["strategies"]} & TITLES.keys()


def agree(topic: str, values: set[str]) -> bool:
    if topic == "bytes":
        sizes = [int(value) for value in values]
        return max(sizes) - min(sizes) <= (DIGITS if min(sizes) > 100 else 0)
    if topic == "times":  # two runs: the ranges have to overlap
        ranges = [[float(end) for end in value.split(" to ")] for value in values]
        return max(low for low, _ in ranges) <= min(high for _, high in ranges)
    return len(values) == 1


@on_both
def test_no_two_pages_contradict_each_other(client: Client) -> None:
    said = said_by(client)
    assert contradictions(said) == []
    for slug in measured():
        assert len(said[slug, "log-out"]) >= 5
        assert {"/lab/", "/answer/"} <= said[slug, "cell log-out"].keys()
        for topic in ("queries", "bytes"):
            assert {"/lab/", "/benchmarks/"} <= said[slug, topic].keys()
    assert {"/answer/", "/benchmarks/"} <= said["opaque", "CPU µs"].keys()
    assert "/lesson/<slug>/" in said["jwt-user", "log-out"]
    assert "/lesson/<slug>/" in said["jwt-user", "bytes"]
    assert "/lesson/<slug>/" in said["jwt-user", "queries"]
    for topic in ("a token as careful", "times"):
        assert said["session-joined", topic].keys() == {"/answer/", "/claims/"}


@on_both
def test_the_times_of_a_thief_fit_how_long_tokens_and_logins_live(client: Client) -> None:
    """``59 min`` and ``5 min`` are what the lab says of a login and of an access token."""
    lead = text(client.get("/lab/").content.decode())
    lives = re.search(r"a login ends here after (\S+ \w+), an access token after (\S+ \w+)\.", lead)
    assert lives
    assert lives.groups() == ("1 h", "5 min")
    times = {
        time
        for (_, topic), pages in said_by(client).items()
        for words in pages.values()
        if topic.startswith("cell ")
        for time in re.findall(r"(?:still works for|within|with the old role for) (\d+ min)", words)
    }
    assert times == {"59 min", "5 min", "4 min", "1 min"}


def test_where_fewer_ways_have_figures_than_the_lab_has_the_page_says_why(client: Client) -> None:
    every, some = [*strategies.all()], measured()
    lab_says = text(client.get("/lab/").content.decode())
    assert re.search(rf"\d+ of {len(every)} ways stop the thief", lab_says)
    told = f"Of the lab’s {len(every)} ways {len(every) - len(some)} have no figures here: "
    query = {"database": own_database()}
    for page in (client.get("/answer/", query), client.get("/benchmarks/")):
        assert told in text(page.content.decode())
    assert f"All {len(some)} ways that were measured" in text(
        client.get("/answer/", query).content.decode()
    )


def test_a_claim_and_the_paper_count_the_same_rows_for_a_login(client: Client) -> None:
    """190 rows there and 547,194 here are of other logins, and each of the pages says so."""
    found = scale_facts.facts({})
    assert found
    ways = {way.slug: way for way in found.ways}
    # Of 100 logins ten have ended: what is shown stays, what is live goes, what is listed comes.
    of_100 = {Kept.SHOWN: 100, Kept.LIVE: 90, Kept.LISTED: 10}
    evidence = shipped(scale_facts.DATABASE)["blacklist-is-a-session"].played.evidence
    paper = text(client.get("/cluster/scale/").content.decode())
    for one in evidence.named("rows-"):
        tables = ways[one.name.removeprefix("rows-")].tables
        assert one.median == sum(table.rows * of_100[table.kept] for table in tables), one.name
        assert f"{one.median:.0f} rows for {one.title}" in paper
    assert "There 100 logins begin together and 10 of them end; here every user logs in" in paper
    for slug in ("blacklist-is-a-session", "blacklist-stays-small"):
        page = client.get(f"/claims/{slug}/").content.decode()
        assert board[slug].on_paper in unescape(page)
        assert 'href="/cluster/scale/"' in page[page.index("What it cannot tell") :]


def test_the_answer_tells_of_as_many_users_as_the_paper(client: Client) -> None:
    said, paper = (text(client.get(at).content.decode()) for at in ("/answer/", "/cluster/scale/"))
    for title in (TITLES["session-joined"], TITLES["jwt-blacklist-joined"]):
        carried = re.search(rf"{re.escape(title)} carries ([\d.,]+(?: million)? users)", said)
        assert carried
        assert f"{title} {carried[1]}" in paper
    limit = re.search(r"From [\d,]+ users on: to log out everywhere .*?\.", said)
    assert limit
    assert limit[0] in paper
    assert "The first sentences of the answer compare one request alone." in paper


def plant_matrix(
    patch: pytest.MonkeyPatch, place: object, cell: tuple[str, str], **changed: Any
) -> None:
    """One place reads another matrix than the others."""
    true = recorded.recorded(own_database())
    assert true
    reports = {**true.reports, cell: {**true.reports[cell], **changed}}
    patch.setattr(place, "recorded", lambda _: replace(true, reports=reports))


def plant_benchmark(patch: pytest.MonkeyPatch, place: object, **changed: Any) -> None:
    """One place reads other figures of the random token than the others."""

    def find(name: str) -> Result | None:
        result = deepcopy(archive.find(name))
        for one in result["strategies"] if result else []:
            if one["slug"] == "opaque":
                one.update(changed)  # type: ignore[typeddict-item]
        return result

    patch.setattr(place, "archive", SimpleNamespace(**{**vars(archive), "find": find}))


def plant_declared(patch: pytest.MonkeyPatch) -> None:
    """The first page goes by what a strategy declares."""
    expects = {**strategies["jwt-user"].expects, "log-out": Expected(Outcome.REFUSED)}
    patch.setattr(strategies["jwt-user"], "expects", expects)


def plant_claim(patch: pytest.MonkeyPatch, words: str = "") -> None:
    """The claim has counted one query more of every way, or says something else."""

    def measured(database: str) -> Mapping[str, Any]:
        played = shipped(database)["blacklist-is-a-session"]
        evidence = Evidence.from_measurements(
            replace(one, median=one.median + 1) if one.unit == "SQL" and not words else one
            for one in played.played.evidence.measurements
        )
        verdict = played.played.verdict
        said = replace(verdict, words=words or verdict.words)
        false = replace(played, played=replace(played.played, evidence=evidence, verdict=said))
        return {**shipped(database), "blacklist-is-a-session": false}

    patch.setattr(claims, "shipped", measured)


JWT_OUT = ("jwt-user", "log-out")
PLANTED: Mapping[str, tuple[str, Callable[[pytest.MonkeyPatch], None], str]] = {
    "the lab stops a thief": (
        "/lab/",
        lambda patch: plant_matrix(patch, cells, JWT_OUT, thief="refused", thief_after_s=0.01),
        "jwt-user, log-out",
    ),
    "the lab has other seconds": (
        "/lab/",
        lambda patch: plant_matrix(patch, cells, JWT_OUT, thief_after_s=298.0),
        "jwt-user, cell log-out",
    ),
    "the lab has other bytes": (
        "/lab/",
        lambda patch: plant_matrix(patch, cells, ("opaque", "log-out"), bytes_per_request=50),
        "opaque, bytes",
    ),
    "the lab throws a device out": (
        "/lab/",
        lambda patch: plant_matrix(patch, cells, ("opaque", "log-out"), other="collateral"),
        "opaque, other device",
    ),
    "the answer stops a thief": (
        "/answer/",
        lambda patch: plant_matrix(patch, facts, JWT_OUT, thief="refused", thief_after_s=0.01),
        "jwt-user, log-out",
    ),
    "the answer has another cost": (
        "/answer/",
        lambda patch: plant_benchmark(patch, facts, cpu_us={"median": 10.0, "p99": 20.0}),
        "opaque, CPU µs",
    ),
    "the benchmarks have more queries": (
        "/benchmarks/",
        lambda patch: plant_benchmark(patch, benchmark_views, queries=2),
        "opaque, queries",
    ),
    "the benchmarks have other bytes": (
        "/benchmarks/",
        lambda patch: plant_benchmark(patch, benchmark_views, bytes_sent=50),
        "opaque, bytes",
    ),
    "a lesson stops a thief": (
        "/lesson/<slug>/",
        lambda patch: plant_matrix(patch, facts, JWT_OUT, thief="refused", thief_after_s=0.01),
        "jwt-user, log-out",
    ),
    "the first page stops a thief": ("/", plant_declared, "jwt-user, log-out"),
    "a claim has another ratio": (
        "/claims/",
        lambda patch: plant_claim(patch, words="where the session needs 1, and 2.00 ± 0.07 times"),
        "session-joined, times",
    ),
    "a claim counts more queries": ("/claims/", plant_claim, "session-joined, queries"),
}


def forget() -> None:
    """Drop what a process keeps of classes and files: within one, only a test changes them."""
    for name, module in [*sys.modules.items()]:
        if name.startswith(("accounts.answer.", "accounts.pages.")):
            for one in vars(module).values():
                if clear := getattr(one, "cache_clear", None):
                    clear()


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_contradiction_is_found(
    client: Client, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    page, plant, where = PLANTED[name]
    said_by(client)
    forget()
    plant(monkeypatch)
    try:
        found = contradictions(said_by(client, changed=page))
    finally:
        forget()
    assert [one for one in found if one.startswith(f"{where}: ")], found
