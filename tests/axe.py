"""What axe finds wrong with a page. https://github.com/dequelabs/axe-core"""

from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

WIDTHS = (1280, 390)  # pixels: a laptop, a telephone
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
CLEAN: dict[str, list[str]] = {}

# A theme changes colours and nothing else: the other rules have judged the same page before.
# https://github.com/dequelabs/axe-core/blob/develop/doc/API.md#options-parameter
# No page plays a sound, whose file would be read before; the style sheets need not be either.
VIOLATIONS = {"resultTypes": ["violations"], "preload": False}
ABOUT_COLOURS = ["color-contrast", "link-in-text-block"]
# A telephone shows the same elements, folded and in other places.
ABOUT_PLACES = [
    "aria-hidden-focus",
    "button-name",
    "link-name",
    "nested-interactive",
    "page-has-heading-one",
    "scrollable-region-focusable",
]
RULES: dict[tuple[int, str], dict[str, Any]] = {
    (1280, "light"): VIOLATIONS,
    (1280, "dark"): VIOLATIONS | {"runOnly": ABOUT_COLOURS},
    (390, "light"): VIOLATIONS | {"runOnly": [*ABOUT_COLOURS, *ABOUT_PLACES]},
    (390, "dark"): VIOLATIONS | {"runOnly": ABOUT_COLOURS},
}
# Where each look is known to be good.
ALL_GOOD: dict[tuple[int, str], dict[str, Any] | None] = {
    (1280, "light"): VIOLATIONS,
    (1280, "dark"): None,
    (390, "light"): VIOLATIONS | {"runOnly": ABOUT_PLACES},
    (390, "dark"): None,
}
AT_REST = "Promise.allSettled(document.getAnimations().map((animation) => animation.finished))"
# To compute the contrast of every text takes most of axe's time, and the texts of a table look
# alike. So it judges three of each look: what colours a text has, and what lies behind it. A look
# that had contrast enough in a theme has it at any width and on any page: it is not judged again.
CONFIGURE = 'axe.configure({rules: [{id: "color-contrast", selector: "[data-look]"}]})'
GOOD_LOOKS: dict[str, set[int]] = {theme: set() for theme in THEMES}
MARK_LOOKS = """(good) => {
  const JUDGED = 3;
  const FORM = "input, select, textarea";
  const TEXT = ["color", "fill", "textShadow", "textDecorationLine"];
  const BEHIND = ["backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode"];
  const NOTHING = "/rgba(0, 0, 0, 0),none,1,none,normal";
  const OPAQUE = /^[/]rgb[(][^)]*[)],none,1,none,normal$/;
  const HIDDEN = /[/]rgb[(][^)]*[)],none,1,none,normal|#\\d+/g; // by what is opaque
  const styles = (element, names) => {
    const computed = getComputedStyle(element);
    return names.map((name) => computed[name]).join();
  };
  // Large text needs less contrast: 18 points, or 14 if it is bold. Here in pixels.
  const isLarge = (element) => {
    const { fontSize, fontWeight } = getComputedStyle(element);
    return parseFloat(fontSize) >= (fontWeight >= 700 ? 14 : 18) / 0.75;
  };
  const behind = new Map([[null, ""]]);
  const whatLiesBehind = (element) => {
    if (!behind.has(element)) {
      const below = whatLiesBehind(element.parentElement);
      // What is positioned may lie on anything: no other element tells how it looks.
      const isPlaced = /absolute|fixed|sticky/.test(styles(element, ["position"]));
      const place = isPlaced ? `#${behind.size}` : "";
      const own = `/${styles(element, BEHIND)}`;
      if (own.match(OPAQUE)) behind.set(element, below.replace(HIDDEN, "") + own);
      else behind.set(element, below + (own === NOTHING ? "" : own) + place);
    }
    return behind.get(element);
  };
  const hasText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const isSeen = (element) =>
    element.checkVisibility() &&
    element.getBoundingClientRect().bottom + scrollY > 0 && // or it waits above for a key
    getComputedStyle(element).clipPath !== "inset(50%)"; // or a screen reader reads it
  // 52 bits in the place of a kilobyte: thousands of them are told to each page.
  const short = (text) => {
    let [one, other] = [0, 1];
    for (let at = 0; at < text.length; at += 1) {
      one = Math.imul(one ^ text.charCodeAt(at), 2654435761);
      other = Math.imul(other ^ text.charCodeAt(at), 1597334677);
    }
    return (one >>> 6) * 2 ** 26 + (other >>> 6);
  };
  const lookOf = (element) => {
    // A link is told from the text around it.
    const linked = element.matches("a") ? [element, element.parentElement] : [];
    const around = linked.map((one) => styles(one, [...TEXT, "fontSize", "fontWeight"]));
    const kind = element.matches(FORM) ? element.tagName : isLarge(element);
    const look = [kind, styles(element, TEXT), ...around, whatLiesBehind(element)].join();
    return { name: short(look), isItsOwn: look.includes("#") };
  };
  const known = new Set(good);
  const judged = {};
  const looks = [];
  let marked = 0;
  for (const element of document.body.querySelectorAll("*")) {
    element.removeAttribute("data-look");
    if (!(element.matches(FORM) || hasText(element)) || !isSeen(element)) continue;
    const { name, isItsOwn } = lookOf(element);
    if (known.has(name)) continue;
    if (!judged[name] && !isItsOwn) looks.push(name);
    judged[name] = (judged[name] ?? 0) + 1;
    if (judged[name] > JUDGED) continue;
    element.setAttribute("data-look", "");
    marked += 1;
  }
  return { marked, looks };
}"""
# What is folded away axe passes over, but walks through for each rule: thousands of elements on
# some pages. So it is away while axe judges, unless something that is seen names a part of it.
RUN = """async (options) => {
  const NAMES = ["aria-controls", "aria-describedby", "aria-labelledby", "for", "headers", "href"];
  const named = NAMES.flatMap((name) =>
    [...document.querySelectorAll(`[${name}]`)].flatMap((node) =>
      node.getAttribute(name).split(/[ #]/)));
  const ids = new Set(named);
  const isNamed = (node) =>
    [node, ...node.querySelectorAll("[id]")].some(({ id }) => id && ids.has(id));
  const folded = [...document.querySelectorAll("details:not([open]) > :not(summary)")]
    .filter((node) => !node.parentElement.parentElement.closest("details:not([open])"))
    .filter((node) => !isNamed(node))
    .map((node) => ({ node, place: document.createComment("") }));
  for (const { node, place } of folded) node.replaceWith(place);
  try {
    return (await axe.run(options)).violations;
  } finally {
    for (const { node, place } of folded) place.replaceWith(node);
  }
}"""


def violations(page: Page) -> dict[str, list[str]]:
    """What is wrong with the page at each width and in each theme.

    `{"390 dark": ["color-contrast: #menu a"], "390": ["scrolls sideways"]}`; `CLEAN` if nothing is.
    """
    height = (page.viewport_size or {"height": 800})["height"]
    found: dict[str, list[str]] = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": height})
        found |= {f"{width} {theme}": _broken_rules(page, width, theme) for theme in THEMES}
        found[f"{width}"] = ["scrolls sideways"] if scrolls_sideways(page) else []
    return {where: flaws for where, flaws in found.items() if flaws}


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def _broken_rules(page: Page, width: int, theme: Literal["light", "dark"]) -> list[str]:
    """A text for each rule of axe that the page breaks in a theme."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.evaluate(AT_REST)  # a colour that is still changing would be judged on its way
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{AXE_SCRIPT}\n{CONFIGURE}")
    found = page.evaluate(MARK_LOOKS, [*GOOD_LOOKS[theme]])
    options = RULES[width, theme] if found["marked"] else ALL_GOOD[width, theme]
    if options is None:
        return []
    rules = page.evaluate(RUN, options)
    if not any(rule["id"] in ABOUT_COLOURS for rule in rules):
        GOOD_LOOKS[theme].update(found["looks"])
    return [f"{rule['id']}: {', '.join(_targets(rule))}" for rule in rules]


def _targets(rule: dict[str, list[dict[str, list[str]]]]) -> list[str]:
    """The selectors of the elements that break a rule."""
    return [" ".join(map(str, node["target"])) for node in rule["nodes"]]
