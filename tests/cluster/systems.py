"""Ways with round figures, and systems for Hypothesis."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from accounts.cluster.scale import DAY, Action, Ends, Holds, Kept, Measured, System, Table, Way
from accounts.cluster.scale_parameters import PARAMETERS

MEASURED = Measured(
    look_up_us=200, look_up_rows=1_000_000, pruned_s=20_000, memory_bytes=10_000_000_000
)
SESSION = Way(
    slug="session",
    title="A session",
    family="session",
    request=Action(2000, 2),
    log_in=Action(200_000, 4),
    log_out=Action(1000, 2),
    refresh=None,
    bytes_sent=32,
    tables=(Table("sessions", Kept.LIVE, 1, 100),),
    holds=Holds.NOTHING,
    ends=Ends.AT_ONCE,
)
PUSHED = replace(
    SESSION,
    slug="pushed",
    title="A pushed list",
    family="jwt",
    request=Action(1000, 1),
    refresh=Action(1500, 1),
    bytes_sent=400,
    tables=(Table("list", Kept.LISTED, 1, 120),),
    holds=Holds.LIST,
    lag_s=1.0,
    entry_bytes=50,
    message_us=100,
    message_bytes=80,
)
STATELESS = replace(
    PUSHED,
    slug="stateless",
    title="No look-up",
    request=Action(900, 0),
    refresh=None,
    tables=(),
    holds=Holds.NOTHING,
    ends=Ends.WITH_LOGIN,
    lag_s=0.0,
    entry_bytes=None,
    message_us=None,
)
ROTATING = replace(STATELESS, slug="rotating", refresh=Action(2000, 2), ends=Ends.WITH_TOKEN)
WAYS = (SESSION, PUSHED, STATELESS, ROTATING)


def system(**figures: Any) -> System:
    return replace(System(users=86_400, requests=100, log_outs=1, login_s=DAY), **figures)


systems = st.builds(
    System, **{parameter.name: st.sampled_from(parameter.stops) for parameter in PARAMETERS}
)
