"""What the arithmetic says, in words: computed, so that other figures say something else."""

from collections.abc import Sequence
from math import ceil

from accounts.cluster.scale import (
    CONNECTIONS,
    PATIENCE_S,
    Breaks,
    Ends,
    Kept,
    Limit,
    Measured,
    System,
    Way,
    figures,
    kept,
    limits,
    log_out_s,
)
from accounts.cluster.scale_parameters import about, amount, time

_ONE = 1.05  # less often than so, the longer of two is not called longer


def headline(system: System, ways: Sequence[Way], measured: Measured) -> str:
    """What breaks first of all, or has broken."""
    first = {way: found[0] for way in ways if (found := limits(system, way, measured))}
    users = f"With {amount(system.users)} users"
    if not first:
        return f"{users} nothing was measured that could break."
    weakest = min(first, key=lambda way: first[way].users)
    then = f"“{weakest.title}”, {_from(system, first[weakest])}."
    broken = sum(limit.users <= system.users for limit in first.values())
    if not broken:
        return f"{users} nothing breaks. The first to break would be {then}"
    count = "every way breaks" if broken == len(first) else f"{broken} of {len(first)} ways break"
    return f"{users} {count}, first {then}"


def lists_and_sessions(system: System) -> str:
    """Whether the list of ended logins is shorter than that of those that go on."""
    listed, live = kept(system, Kept.LISTED), kept(system, Kept.LIVE)
    rows = f"A blacklist keeps {amount(listed)} rows, a table of sessions {amount(live)}"
    if listed > _ONE * live:
        return (
            f"{rows}: more logins have ended within {time(system.login_s)} than go on, and each of "
            "them has to be remembered until it would have ended by itself."
        )
    if listed < live / _ONE:
        return f"{rows}: fewer logins have ended within {time(system.login_s)} than go on."
    return f"{rows}: about as many logins have ended within {time(system.login_s)} as go on."


def rows_beside(system: System, ways: Sequence[Way]) -> str:
    """What the tables of ways hold beside the two that ``lists_and_sessions`` compares."""
    tables = (table for way in ways for table in way.tables)
    shown = next((table for table in tables if table.kept is Kept.SHOWN), None)
    if shown is None:
        return ""
    return (
        f"Many ways also keep a row for each login, to show it to its user until "
        f"{time(shown.shown_s)} after it would have ended. These {amount(shown.count(system))} "
        "rows are counted in the table below, too."
    )


def breaks(system: System, way: Way, measured: Measured) -> list[str]:
    """What breaks first with a way, and what more processes do not cure."""
    found = limits(system, way, measured)
    said = [] if way.ends is Ends.AT_ONCE else [_log_out(system, way)]
    if far := _far(system, way):
        said.append(far)
    if found:
        text = _from(system, found[0])
        said.append(f"{text[0].upper()}{text[1:]}.")
    if found and found[0].is_cured:
        rest = [limit for limit in found if not limit.is_cured]
        said.append(_beyond(system, rest))
    return said


def _log_out(system: System, way: Way) -> str:
    if way.ends is Ends.WITH_TOKEN:
        return f"After a log-out a stolen token works on for up to {time(log_out_s(system, way))}."
    return f"After a log-out a stolen copy works on for up to {time(system.login_s)}."


def _far(system: System, way: Way) -> str:
    """Where a request waits longer for the distance than it computes."""
    if system.regions == 1 or not way.request.queries:
        return ""
    computes_ms = way.request.cpu_us / 1000
    waits_ms = way.request.queries * system.round_trip_ms
    if waits_ms < computes_ms:
        return ""
    tips_ms = computes_ms / way.request.queries
    return (
        f"In another region a request waits {time(waits_ms / 1000)}, longer than it computes: so "
        f"it is from {tips_ms:.1f} ms between regions on."
    )


def _beyond(system: System, rest: Sequence[Limit]) -> str:
    if not rest:
        return "More processes cure that, and nothing else was measured that could break."
    return f"With more processes: {_from(system, rest[0])}."


def _from(system: System, limit: Limit) -> str:
    return f"from {about(limit.users)} users on: {_what(system, limit.what)}"


def _what(system: System, what: Breaks) -> str:
    one = system.processes == 1
    everybody = "the one process is" if one else f"all {system.processes:,} processes are"
    return {
        Breaks.PROCESSES: f"{everybody} always busy",
        Breaks.MESSAGES: "a process does nothing but take the news of log-outs",
        Breaks.MEMORY: "the list no longer fits into the memory of a process",
        Breaks.CONNECTIONS: f"all {CONNECTIONS} connections of the database are always busy",
        Breaks.PRUNING: "rows come faster than they can be deleted",
        Breaks.EVERYWHERE: (
            f"to log out everywhere takes longer than {PATIENCE_S} s, as it reads every live "
            "session of everybody"
        ),
    }[what]


def processes_needed(system: System, way: Way) -> int:
    """So many would be busy all the time."""
    return max(1, ceil(figures(system, way).cores))


def beyond_measured(system: System, ways: Sequence[Way], measured: Measured) -> str:
    """Where tables grow beyond those that were measured; empty where none does."""
    largest = max((table.count(system) for way in ways for table in way.tables), default=0)
    if largest <= measured.look_up_rows:
        return ""
    return (
        f"Look-ups were measured in tables of up to {amount(measured.look_up_rows)} rows; here one "
        f"has {amount(largest)}. What a look-up takes there is taken to be the same, and was not "
        "measured."
    )
