"""The cluster that this process of the site is a part of, if it is one."""

import http.client
import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

from django.conf import settings

from accounts.cluster.control import ClusterAway, Control
from accounts.cluster.parts import SITES, State
from accounts.services import ServiceError

#: The address at which each process tells how long its list is.
PROCESS_PATH = "/api/cluster/process/"
_TIMEOUT = 1.0  # seconds


class Seen(TypedDict):
    """A part as a page shows it; addresses are nobody's business but a port of this machine's."""

    slug: str
    title: str
    does: str
    running: bool
    problem: str
    port: int | None
    entries: int | None


class Now(TypedDict):
    """What runs now; ``answered_by`` is the part that this process is."""

    running: bool
    answered_by: str
    lag_ms: float | None
    parts: list[Seen]


def own_control() -> Control | None:
    """The way to the cluster; None in a process that is no part of one."""
    return Control(Path(settings.CLUSTER_CONTROL)) if settings.CLUSTER_CONTROL else None


def now(port: str) -> Now:
    """All parts as they are; ``port`` is the one at which this process was asked."""
    control = own_control()
    try:
        state = control.state() if control else []
    except ClusterAway:
        state = []
    parts = [_seen(part) for part in state]
    here = [part["slug"] for part in parts if str(part["port"]) == port]
    return Now(
        running=bool(parts),
        answered_by=here[0] if here else "",
        lag_ms=_lag(control) if control and parts else None,
        parts=parts,
    )


def _lag(control: Control) -> float | None:
    try:
        return control.lag()
    except (ServiceError, ClusterAway):
        return None


def _seen(part: State) -> Seen:
    url = urlsplit(part["address"])
    asks = part["running"] and part["slug"] in (*SITES, "reader")
    return Seen(
        slug=part["slug"],
        title=part["title"],
        does=part["does"],
        running=part["running"],
        problem=part["problem"],
        port=url.port if url.scheme == "http" else None,
        entries=_entries(url.hostname or "", url.port) if asks else None,
    )


def _entries(host: str, port: int | None) -> int | None:
    """How many ids a process holds in its list; None where it does not tell."""
    with closing(http.client.HTTPConnection(host, port, timeout=_TIMEOUT)) as connection:
        try:
            connection.request("GET", PROCESS_PATH)
            told: Mapping[str, int | None] = json.load(connection.getresponse())
            return told["entries"]
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return None
