"""What the strategy asks for each request does not answer for a while."""

from collections.abc import Mapping
from typing import Any

from accounts.lab.events._base import Event
from accounts.lab.stage import Stage
from accounts.strategies import Outcome

_THIEF = {
    (True, True): "while it is away, and after",
    (True, False): "while it is away",
    (False, True): "when it is back",
}


class StoreDown(Event):
    """Device A logs out, and all server processes know. Then what the strategy asks goes away.

    That is the database, or the cache where the strategy keeps logins or log-outs in one. The thief
    tries while it is away and again when it is back, and device B, which has done nothing wrong,
    goes on both times. A database comes back as it was, a cache comes back empty: what only the
    cache knew is forgotten.

    Wished is that the thief is refused and device B goes on throughout. Who asks a store has to
    choose which of the two to give up while it is away; who asks none never knew of the log-out.
    """

    slug = "store-down"
    title = "Store is away"
    order = 120
    is_drill = True
    stops_store = True

    def happen(self, environment: Stage) -> None:
        environment.a.log_out()
        environment.let_it_spread()
        environment.stop_store()

    @classmethod
    def told(cls, report: Mapping[str, Any]) -> tuple[str, str, str] | None:
        if report["thief"] == Outcome.LATER:
            return None
        away, back = report.get("phases") or ((False, False), (False, False))
        word = "still works" if report["thief"] == Outcome.ACCEPTED else "refused"
        detail = _THIEF.get((away[0], back[0]), "throughout")
        if away[1] and back[1]:
            return word, detail, ""
        also = "the owner has to wait" if back[1] else "the owner is logged out"
        return word, detail, also
