"""Every pair of text and surface in variables.css is readable in light and in dark.

Contrast as in WCAG 2.2: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

import re
from itertools import product
from pathlib import Path

import pytest

VARIABLES = Path(__file__).parents[2] / "static" / "css" / "variables.css"
DECLARATION = re.compile(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);")

SURFACES = ["page", "card", "sunken"]
FAMILIES = ["session", "jwt", "opaque"]
VERDICTS = ["ok", "bad", "warn"]
TINTS = [f"{name}-tint" for name in FAMILIES + VERDICTS]
TEXTS = ["ink", "muted", "token-header", *FAMILIES, *VERDICTS]

TEXT_PAIRS = [
    *product(TEXTS, SURFACES + TINTS),
    *product(["on-fill"], FAMILIES + VERDICTS),
    ("on-ink", "ink"),
]
SHAPE_PAIRS = [*product(["control-line", "focus"], SURFACES)]


def palette(theme: str) -> dict[str, str]:
    """The colours of one theme, `{"ink": "#1b1d22"}`."""
    chosen = {"light": 1, "dark": 2}[theme]
    return {found[1]: found[1 + chosen] for found in DECLARATION.finditer(VARIABLES.read_text())}


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def too_faint(theme: str, pairs: list[tuple[str, str]], least: float) -> list[str]:
    """The pairs below `least`, in words."""
    colours = palette(theme)
    measured = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    return [f"{a} on {b}: {ratio:.2f}" for (a, b), ratio in measured.items() if ratio < least]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_surface(theme: str) -> None:
    assert too_faint(theme, TEXT_PAIRS, 4.5) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_controls_and_the_focus_ring_stand_out_from_their_surface(theme: str) -> None:
    assert too_faint(theme, SHAPE_PAIRS, 3.0) == []
