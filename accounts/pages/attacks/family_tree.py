"""The family tree of refresh tokens: which came of which, who showed it, and where it ended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from accounts.attacks import Row, Spend

# Pixels, as the stylesheet draws letters.
WIDTH, HEIGHT = 130, 48
ACROSS, DOWN = WIDTH + 15, HEIGHT + 56
BELOW = 52  # for the two lines of a refusal
_ENDS = {"refresh_replayed": "the login ends", "login_ended": "the login is over"}


@dataclass(frozen=True, slots=True)
class Token:
    """A refresh token as a box; ``x`` and ``y`` are its upper left corner."""

    number: int
    x: int
    y: int
    #: "owner", "thief" or "owner, thief"
    holders: str

    @property
    def middle(self) -> int:
        """Where lines begin and end."""
        return self.x + WIDTH // 2

    @property
    def bottom(self) -> int:
        """Its lower edge."""
        return self.y + HEIGHT

    @property
    def is_stolen(self) -> bool:
        """Whether the thief has it."""
        return "thief" in self.holders


@dataclass(frozen=True, slots=True)
class Line:
    """From a token to the one that was given for it, with who did it when: "1 owner, 2 thief"."""

    start: Token
    end: Token
    words: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A token that was shown in vain."""

    token: Token
    words: str
    why: str
    is_of_thief: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """What is drawn of one order of play, and the same in words."""

    row: Row
    tokens: Sequence[Token]
    lines: Sequence[Line]
    refusals: Sequence[Refusal]
    steps: Sequence[str]

    @property
    def width(self) -> int:
        """Pixels."""
        return max(token.x for token in self.tokens) + WIDTH

    @property
    def height(self) -> int:
        """Pixels."""
        return max(token.bottom for token in self.tokens) + (BELOW if self.refusals else 0)


def tree_of(row: Row) -> Tree:
    """The tree of a row whose servers saw refresh tokens."""
    numbered = [*enumerate(row.spends, 1)]
    tokens = {token.number: token for token in _placed(row.spends)}
    given = sorted((s.token, s.given, f"{n} {s.by}") for n, s in numbered if s.given)
    lines = [
        Line(tokens[start], tokens[end], ", ".join(words for *_, words in same))
        for (start, end), same in groupby(given, key=lambda one: one[:2])
    ]
    refusals = [
        Refusal(
            tokens[s.token],
            f"{n} {s.by}: refused",
            _ENDS.get(s.refused, s.refused),
            s.by == "thief",
        )
        for n, s in numbered
        if not s.given
    ]
    return Tree(row, [*tokens.values()], lines, refusals, [_told(s) for s in row.spends])


def _placed(spends: Sequence[Spend]) -> Iterator[Token]:
    """Each token below the one that it came of, beside what came of it as well."""
    levels, taken = {spends[0].token: 0}, dict.fromkeys([spends[0].token], 0)
    for spend in spends:
        if spend.given and spend.given not in levels:
            level = levels[spend.token] + 1
            taken[spend.given] = sum(other == level for other in levels.values())
            levels[spend.given] = level
    for number, level in levels.items():
        yield Token(number, taken[number] * ACROSS, level * DOWN, _holders(number, spends))


def _holders(number: int, spends: Sequence[Spend]) -> str:
    """Who was given a token, or could show it."""
    both = {spend.by for spend in spends if number in (spend.token, spend.given)}
    return ", ".join(sorted(both))


def _told(spend: Spend) -> str:
    end = f"gets R{spend.given}" if spend.given else f"is refused: {_ENDS.get(spend.refused, '')}"
    return f"The {spend.by} shows R{spend.token} and {end}."
