"""What axe finds wrong with a page. https://github.com/dequelabs/axe-core"""

from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CLEAN: dict[str, list[str]] = {theme: [] for theme in THEMES}

# A theme changes colours and nothing else: the other rules have judged the same page before.
# https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#options-parameter
VIOLATIONS = {"resultTypes": ["violations"]}
RULES: dict[str, dict[str, Any]] = {
    "light": VIOLATIONS,
    "dark": VIOLATIONS | {"runOnly": ["color-contrast", "link-in-text-block"]},
}
AT_REST = "Promise.allSettled(document.getAnimations().map((animation) => animation.finished))"


def violations_in_both_themes(page: Page) -> dict[str, list[str]]:
    """`{"light": [], "dark": ["color-contrast: #menu a"]}`: a text for each rule that is broken."""
    found: dict[str, list[str]] = {}
    for theme in THEMES:
        # A colour that is still changing would be judged on its way.
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.evaluate(AT_REST)
        broken = Axe().run(page, options=RULES[theme]).response["violations"]
        found[theme] = [f"{rule['id']}: {', '.join(_targets(rule))}" for rule in broken]
    return found


def _targets(rule: dict[str, list[dict[str, list[str]]]]) -> list[str]:
    """The selectors of the elements that break a rule."""
    return [" ".join(map(str, node["target"])) for node in rule["nodes"]]
