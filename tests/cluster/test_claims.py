"""Each claim that needs the cluster, once for real and short: what it counts is told as it is."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.bench.runner import worker_environment
from accounts.claims import Claim, Evidence, Kind, Laboratory, Verdict, _worker, claims, work
from accounts.claims.sticky_sessions import OWN, SHARED
from accounts.claims.verified_elsewhere import SERVERS
from accounts.cluster.control import Control
from accounts.services import ServiceError
from accounts.services.json_lines import JsonLines
from accounts.services.manage import MANAGE

pytestmark = pytest.mark.xdist_group("cluster")

GLANCE = 0.05  # of the usual repetitions

Found = Callable[[Evidence], bool]
PROOFS: dict[str, Found] = {
    "blacklist-in-redis": lambda found: (
        found["in-away-jwt-blacklist-redis-open"].median == 100
        and found["out-away-jwt-blacklist-redis-closed"].median == 100
        and found["in-back-jwt-blacklist-redis-closed"].median == 100
        and all(one.median == 0 for one in found.named("in-there"))
        and not any(one.median for one in found.measurements if one.name.endswith("-redis"))
    ),
    "pushed-list": lambda found: (
        (found["cut-table"].median, found["restarted-table"].median) == (0, 0)
        and (found["cut-heard"].median, found["restarted-heard"].median) == (100, 100)
        and found["lag-table"].n == found["lag-heard"].n == 15
    ),
    "verified-elsewhere": lambda found: (
        [found[f"good-{part}"].median for part in SERVERS] == [3, 0, 0]
        and found["forged-resource"].median == 0
        and found["blind-resource"].median > 200
        and found["blind-asker"].median == 0
    ),
    "introspection-does-not-scale": lambda found: (
        [one.median for one in found.named("questions")] == [0, 10, 1]
        and found["time-asks"].median > found["time-keys"].median
        and all(0.5 < one.median < 2.5 for one in found.named("blind"))
    ),
    "redis-sessions-are-slow": lambda found: (
        found["look-up-opened"].median > found["look-up-kept"].median
        and found["log-in-session"].median > found["alone-session-redis"].median
        and all(one.median > 0 for one in found.measurements)
    ),
    "sticky-sessions": lambda found: (
        all(found[f"refused-{way}"].median + found[f"in-{way}"].median > 0 for way in OWN)
        and not any(found[f"refused-{way}"].median + found[f"in-{way}"].median for way in SHARED)
        and round(found["refused-memory"].median) == 67
        and round(found["in-cached"].median) == 67
    ),
    "no-replica-lag": lambda found: (
        found["bounce-jwt-stateless"].median == 0
        and found["ghost-jwt-stateless"].median > 10
        and all(found[f"{what}-session-db"].median > 0.1 for what in ("bounce", "ghost"))
        and all(one.median == 0 for one in found.named("wrong"))
    ),
}
ON_CLUSTER = [claim for claim in claims if claim.needs]


def played(claim: type[Claim], cluster: Control) -> tuple[Evidence, Verdict]:
    *_, evidence = claim().run(Laboratory(share=GLANCE, control=cluster))
    assert isinstance(evidence, Evidence)
    assert all(part["running"] for part in cluster.state())
    return evidence, claim().judge(evidence)


@pytest.mark.parametrize("claim", ON_CLUSTER, ids=lambda claim: claim.slug)
def test_it_is_played_on_the_cluster_and_finds_what_is_so(
    cluster: Control, claim: type[Claim]
) -> None:
    evidence, verdict = played(claim, cluster)
    assert PROOFS[claim.slug](evidence), evidence
    assert verdict.kind in (Kind.HOLDS, Kind.FAILS, Kind.DEPENDS)


@pytest.mark.database("sqlite")  # the cluster has its own
@pytest.mark.django_db
def test_the_process_that_plays_claims_finds_the_cluster_by_its_environment(
    cluster: Control, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CLUSTER_CONTROL = str(cluster.path)
    monkeypatch.setattr(_worker, "Laboratory", partial(Laboratory, share=GLANCE))
    *_, last = work([claims["blacklist-in-redis"]])
    assert last["database"] == "PostgreSQL"
    monkeypatch.setattr(claims["blacklist-in-redis"], "needs", ("moon",))
    with pytest.raises(ServiceError, match="cannot be played without: moon"):
        list(work([claims["blacklist-in-redis"]]))


def test_who_stops_an_experiment_finds_the_cluster_as_it_was(
    cluster: Control, tmp_path: Path
) -> None:
    environment = worker_environment(f"sqlite:///{tmp_path}/empty.sqlite3")
    environment["CLUSTER_CONTROL"] = str(cluster.path)
    command = [*MANAGE, "claims", "--worker", "--claim=blacklist-in-redis"]
    with JsonLines(command, environment=environment) as worker:
        stages = (line["stage"] for line in worker.lines())
        assert any(stage == "while the cache is away" for stage in stages)
    assert all(part["running"] for part in cluster.state())
    with cluster.held(1):
        pass


def test_while_an_experiment_has_the_cluster_nobody_else_breaks_anything(
    cluster: Control,
) -> None:
    with cluster.held(60):
        with pytest.raises(ServiceError, match="An experiment holds the cluster"):
            cluster.play("listen-cut")
        with pytest.raises(ServiceError, match="An experiment holds the cluster"):
            cluster.ask("hold", seconds=1)
    with cluster.held(0.0):  # whoever asked has died: its time is over
        run = cluster.play("listen-cut")
    while not cluster.played(run)["outcome"]:
        pass
