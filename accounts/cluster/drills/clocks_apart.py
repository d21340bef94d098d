"""Two clocks that differ by ten seconds."""

from collections.abc import Iterator

from accounts.cluster.clients import OK, OwnServer
from accounts.cluster.drills._base import BAD, GOOD, Drill, Figure, Line, Outcome, Stage
from accounts.cluster.parts import SITES

APART = 10  # seconds
LEEWAYS = (0, 5, 60)  # seconds
_LIFETIME = 300  # seconds that an access token of the site lives
_EARLY, _LATE = 3, 1  # seconds before and after a token's end
#: What the token is, and how far the server's clock is ahead of this machine's.
_MOMENTS = {
    "that is new, at a clock 10 s behind": -APART,
    "3 s before its end, at a clock 10 s ahead": _LIFETIME - _EARLY + APART,
    "1 s after its end, at a right clock": _LIFETIME + _LATE,
}


class ClocksApart(Drill):
    """Nine devices log in, and send their tokens to resource servers whose clocks may be wrong.

    One clock is ten seconds behind the site's: to it a new token comes from the future. One is ten
    seconds ahead: to it a token has expired that by the site's clock has three seconds to live. A
    third one is right, and the token has expired a second ago. Each is asked with a leeway of 0, 5
    and 60 seconds. The five minutes of a token's life are not waited for: the server's clock is set
    ahead by them.
    """

    slug = "clocks-apart"
    title = "Clocks 10 s apart"
    promise = (
        "A good token is refused where the clocks differ by more than the leeway, and an expired "
        "one is accepted for as long as the leeway."
    )
    needs = (*SITES, "primary")
    order = 70

    def run(self, stage: Stage) -> Iterator[Line | Outcome]:
        yield Line("Tokens of the site live for five minutes")
        figures, wrong, told = [], 0, []
        for leeway in LEEWAYS:
            accepted = {name: _accepts(stage, clock, leeway) for name, clock in _MOMENTS.items()}
            behind, ahead, expired = accepted.values()
            wrong += (behind, ahead, expired) != _right(leeway)
            for name, holds in accepted.items():
                is_good = holds == ("after" not in name)
                text = f"Leeway {leeway} s: a token {name} is {'accepted' if holds else 'refused'}"
                yield Line(text, GOOD if is_good else BAD)
                figures.append(Figure(f"Leeway {leeway} s, a token {name}: accepted", int(holds)))
            refused = (not behind) + (not ahead)
            told.append(
                f"{leeway} s: {refused} of 2 good tokens refused, {int(expired)} expired in"
            )
        yield Outcome(not wrong, f"With a leeway of {'; '.join(told)}.", figures)


def _right(leeway: int) -> tuple[bool, bool, bool]:
    """Whether a server with a leeway ought to accept the token at each of the moments."""
    return leeway > APART, leeway > APART - _EARLY, leeway > _LATE


def _accepts(stage: Stage, clock: int, leeway: int) -> bool:
    server = OwnServer(stage.addresses["site-1"], CLOCK=str(clock), LEEWAY=str(leeway))
    return server.ask(stage.token_device()) == OK
