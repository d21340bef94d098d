"""Several tabs are the client's problem."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from accounts.claims import (
    Claim,
    Evidence,
    Kind,
    Laboratory,
    Measurement,
    Progress,
    Source,
    Verdict,
)
from accounts.claims import _stock_simplejwt as stock
from accounts.lab.client import Client
from accounts.lab.environment import Environment
from accounts.services.json_lines import JsonLines
from accounts.tokens.realm import lab_realm

STRATEGY = "jwt-rotating"
TIMES = 3
TABS = 3
Play = Callable[[list[Client]], None]


def _each_by_itself(tabs: list[Client]) -> None:
    """All tabs refresh with the same token before any has used its answer."""
    for tab in tabs:
        tab.refresh("A tab refreshes")


def _one_for_all(tabs: list[Client]) -> None:
    """One tab refreshes, and the others take what it was given, as behind a lock."""
    first, *others = tabs
    first.refresh("One tab refreshes")
    for tab in others:
        tab.steal_from(first)


SETUPS: dict[str, tuple[str, timedelta, Play]] = {
    "strict": ("No lock, no grace", timedelta(0), _each_by_itself),
    "grace": ("No lock, ten seconds of grace", timedelta(seconds=10), _each_by_itself),
    "lock": ("A lock in the browser, no grace", timedelta(0), _one_for_all),
}


class TabsAreTheClientsProblem(Claim):
    """Let three tabs of one login refresh at the same time, twice, and count who is still there.

    Refresh tokens work once. Without a lock each tab spends the same token before any of them has
    used what it got; with one, a single tab refreshes and the others take its tokens. The server
    plays it once without any grace, and once counting what is spent within ten seconds as sent in
    parallel.

    Whether a token works once where requests really run at the same time is asked of another
    server: simplejwt's own rotation with its own blacklist, in a program of its own, where five
    threads spend one refresh token. It looks the token up, and then writes it down.
    """

    slug = "tabs-are-the-clients-problem"
    said = "That several tabs refresh at once is a problem for the client to solve."
    source = Source(
        "hasura-backend-plus, issue 220",
        "read in 2026",
        "https://github.com/nhost/hasura-backend-plus/issues/220",
        "The tabs have to agree on who refreshes; the server needs no change.",
    )
    against = Source(
        "OpenID Foundation, FAPI issue 676",
        "read in 2026",
        "https://bitbucket.org/openid/fapi/issues/676/incorrect-reference-in-note2",
        "A server that rotates has to let a client try again with the old token.",
    )
    limits = (
        "Holds where tabs are lost without a lock, grace or not, and none is lost with one.",
        "Does not hold where no tab is lost without a lock and without grace.",
        "Depends where tabs are lost without a lock, unless the server has a grace.",
    )
    caveat = (
        "Three clients on the server stand for three tabs. Their requests follow each other; no "
        "answer is used before the last was sent, which is what a race amounts to. How many get "
        "through at simplejwt's own rotation depends on the machine, and decides nothing here."
    )
    attack = "stolen-refresh-token"
    order = 50

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        times, alive = lab.number(TIMES, least=1), dict[str, list[float]]()
        for done, (case, (title, grace, refresh)) in enumerate(SETUPS.items()):
            yield Progress(title.lower(), done, len(SETUPS) + 1)
            alive[case] = []
            for _ in range(times):
                with lab.environment(STRATEGY, lab_realm().with_grace(grace)) as environment:
                    alive[case].append(_tabs_left(environment, refresh))
        yield Progress("asking another server", len(SETUPS), len(SETUPS) + 1)
        through = stock_refreshes(times)
        yield Evidence.from_measurements([*_alive(alive), *_through(through)])

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        left = {case: evidence[f"alive-{case}"].median for case in SETUPS}
        words = (
            f"Of {TABS} tabs {left['strict']:.0f} stayed without lock and grace, "
            f"{left['grace']:.0f} with the server's grace, {left['lock']:.0f} with a lock."
        )
        if through := evidence.named("stock-"):
            told = ", ".join(f"{one.median:.0f} {one.title.lower()}" for one in through)
            words += f" With one refresh token simplejwt's own rotation accepts {told}."
        if left["strict"] == TABS:
            return Verdict(Kind.FAILS, words, fails)
        if left["grace"] == TABS:
            tipping = (
                "A grace as long as tabs need to refresh one after the other takes the problem "
                "from the client. Its price: a thief who comes within it is not noticed."
            )
            return Verdict(Kind.DEPENDS, words, depends, tipping)
        if left["lock"] == TABS:
            return Verdict(Kind.HOLDS, words, holds)
        return Verdict(Kind.UNDECIDED, f"{words} Not even the lock helped.", holds)


def _alive(alive: Mapping[str, Sequence[float]]) -> Iterator[Measurement]:
    for case, (title, _, _) in SETUPS.items():
        yield Measurement.from_samples(
            f"alive-{case}",
            alive[case],
            group=f"Tabs that are still logged in, of {TABS}",
            title=title,
            unit="tabs",
            family="jwt",
        )


def stock_refreshes(rounds: int) -> Mapping[str, Sequence[float]]:
    """How many refreshes with one token simplejwt's own rotation lets through, for each round."""
    program = [sys.executable, "-P", str(Path(str(stock.__file__)))]
    with (
        TemporaryDirectory() as folder,
        JsonLines([*program, folder, str(rounds)]) as server,
    ):
        lines = [*server.lines()]
    return {way: [line[way] for line in lines] for way in STOCK}


STOCK = {"turns": "One after the other", "together": "At the same time"}


def _through(through: Mapping[str, Sequence[float]]) -> Iterator[Measurement]:
    for way, title in STOCK.items():
        yield Measurement.from_samples(
            f"stock-{way}",
            through[way],
            group=f"Refreshes with one token at simplejwt's own rotation, of {stock.TRIES}",
            title=title,
            unit="refreshes",
            family="jwt",
        )


def _tabs_left(environment: Environment, refresh: Play) -> int:
    """How many tabs can still refresh after all have done so together."""
    tabs = [environment.a, environment.b, environment.thief]
    tabs[0].log_in()
    for tab in tabs[1:]:
        tab.steal_from(tabs[0])
    refresh(tabs)
    for tab in tabs:
        tab.me("A tab goes on")
    refresh(tabs)
    return sum(tab.refresh("A tab refreshes once more").accepted for tab in tabs)
