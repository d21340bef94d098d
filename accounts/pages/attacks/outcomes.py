"""What an attack's pages show of results: drawn, as a table, and beside those of other browsers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.attacks import Attack, Result
from accounts.attacks.stage.recorded import Recorded, recorded_of
from accounts.pages.attacks.drawing import Drawing, drawing_of
from accounts.pages.attacks.family_tree import Tree, tree_of
from accounts.pages.attacks.side_by_side import SideBySide, Told, side_by_side


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn of one browser's result. ``browser`` is short."""

    browser: str
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class Shown:
    """What the recorded browsers came to with the same switches."""

    #: the titles of the switches that were on
    switches: Sequence[str]
    recorded: Sequence[Recorded]
    compared: SideBySide

    @property
    def drawn(self) -> list[Drawn]:
        """One drawing for each browser, or one for all that came to the same."""
        told = [Drawn(_short(one), drawing_of(one.result)) for one in self.recorded]
        if not self.compared.differences:
            told = [Drawn(" and ".join(self.names), told[0].drawing)]
        return [one for one in told if one.drawing]

    @property
    def names(self) -> list[str]:
        """The browsers, each by its name and version."""
        return [_short(one) for one in self.recorded]

    @property
    def trees(self) -> list[Tree]:
        """The family trees of refresh tokens: servers make them, so one browser's stand for all."""
        return trees_of(self.recorded[0].result)


def shown_of(attack: type[Attack], found: Iterable[Recorded]) -> list[Shown]:
    """All that was recorded of an attack: as it is, then with each switch alone."""
    ordered = sorted(found, key=lambda one: _place(attack, one.defences))
    return [
        _shown(attack, switches, [*same])
        for switches, same in groupby(ordered, key=lambda one: [*one.defences])
    ]


@lru_cache(maxsize=64)
def drawn(attack: type[Attack], found: tuple[Recorded, ...], *, is_playable: bool) -> SafeString:
    """What was recorded of an attack as HTML, which is drawn once."""
    context = {"attack": attack, "recorded": shown_of(attack, found), "is_playable": is_playable}
    return render_to_string("partials/attack_recorded.html", context)


def beside(attack: type[Attack], switches: Sequence[str], result: Result) -> Shown | None:
    """A visitor's own result and those that were recorded with the same switches; None: none."""
    same = [one for one in recorded_of(attack.slug) if {*one.defences} == {*switches}]
    return _shown(attack, switches, same, [Told("This play", result)]) if same else None


def trees_of(result: Result) -> list[Tree]:
    """The family trees of the refresh tokens that a play was about."""
    return [tree_of(row) for row in result.rows if row.spends]


def titles_of(attack: type[Attack], switches: Iterable[str]) -> list[str]:
    """The switches that were on, in words."""
    on = {*switches}
    return [each.title for each in attack.defences if each.slug in on]


def _shown(
    attack: type[Attack],
    switches: Sequence[str],
    recorded: Sequence[Recorded],
    own: Sequence[Told] = (),
) -> Shown:
    told = [*own, *(Told(_short(one), one.result) for one in recorded)]
    return Shown(titles_of(attack, switches), recorded, side_by_side(told))


def _place(attack: type[Attack], switches: Iterable[str]) -> list[int]:
    known = [each.slug for each in attack.defences]
    return [known.index(slug) if slug in known else len(known) for slug in switches]


def _short(one: Recorded) -> str:
    """``Firefox 153`` for ``Firefox 153.8.0``."""
    name, _, version = one.browser.partition(" ")
    return f"{name} {version.partition('.')[0]}"
