"""Worlds to rank in, and systems for Hypothesis."""

from hypothesis import strategies as st

from accounts.answer.ranking import Action, Candidate, Client, Measurements, System
from accounts.answer.tipping import PARAMETERS

TRIPS = ((0.0, 0.1), (1.0, 1.2), (5.0, 5.6))


def candidate(
    slug: str,
    cpu_us: float,
    *,
    family: str = "session",
    queries: int = 1,
    bytes_sent: int = 50,
    refresh: Action | None = None,
    late_at: tuple[str, ...] = (),
    open_after: tuple[str, ...] = (),
    throws_out_at: tuple[str, ...] = (),
    lag_s: float = 0.0,
) -> Candidate:
    return Candidate(
        slug=slug,
        title=f"Title of {slug}",
        family=family,
        in_cookie=family == "session",
        request=Action(cpu_us, queries),
        noise_us=0.02 * cpu_us,
        bytes_sent=bytes_sent,
        refresh=refresh,
        late_at=late_at,
        open_after=open_after,
        throws_out_at=throws_out_at,
        lag_s=lag_s,
    )


SESSION = candidate("session", 700)
DEAR_SESSION = candidate("dear-session", 2000, queries=2)
RANDOM = candidate("random", 650, family="opaque")
OPEN = candidate("open", 100, family="jwt", queries=0, bytes_sent=400, open_after=("log-out",))
COUNTER = candidate("counter", 600, family="jwt", bytes_sent=380, throws_out_at=("log-out",))
MEMORY = candidate("memory", 640, family="jwt", bytes_sent=370, lag_s=1.0)
REVOCABLE = candidate("revocable", 810, family="jwt", bytes_sent=370)
ROTATING = candidate(
    "rotating",
    500,
    family="jwt",
    queries=0,
    bytes_sent=430,
    refresh=Action(1500, 2),
    late_at=("log-out", "role-removed"),
)
CANDIDATES = (SESSION, DEAR_SESSION, RANDOM, OPEN, COUNTER, REVOCABLE, ROTATING)
MEASUREMENTS = Measurements(CANDIDATES, TRIPS)
EVERYBODY = frozenset(Client)

systems = st.builds(
    System,
    distance_ms=st.integers(0, 50).map(lambda tenths: tenths / 10),
    late_s=st.integers(0, 900),
    per_hour=st.integers(1, 3600),
    services=st.integers(0, 10),
    header_bytes=st.integers(40, 4096),
    clients=st.sets(st.sampled_from(Client), min_size=1).map(frozenset),
)
parameters = st.sampled_from(PARAMETERS)
