"""What axe finds wrong with a page. https://github.com/dequelabs/axe-core"""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def violations(page: Page) -> list[str]:
    """What is wrong with the page as it stands: `"color-contrast: #menu a"`, one for each rule."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {', '.join(targets(rule))}" for rule in found]


def targets(rule: dict[str, list[dict[str, list[str]]]]) -> list[str]:
    """The selectors of the elements that break a rule."""
    return [" ".join(map(str, node["target"])) for node in rule["nodes"]]


def violations_in_both_themes(page: Page) -> dict[str, list[str]]:
    """`{"light": [], "dark": []}` for a page that is in order."""
    found: dict[str, list[str]] = {}
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        found[theme] = violations(page)
    return found


CLEAN: dict[str, list[str]] = {theme: [] for theme in THEMES}
