"""What axe is not asked twice: a text among many that look alike, a rule that knows no colours."""

from playwright.sync_api import Page

from tests.axe import CLEAN, violations

ROWS = "".join(f'<tr><td id="cell-{number}">text {number}</td></tr>' for number in range(30))
PAGE = f"""<!doctype html><html lang="en"><title>A table</title><style>
  :root {{ color-scheme: light dark; color: light-dark(#111, #eee); }}
  body {{ background: light-dark(#fff, #111); }}
  a {{ color: light-dark(#00e, #9cf); }}
  STYLE
</style><main><h1>A table</h1><p>See <a href="#a">this</a>.</p>
<table><tbody>{ROWS}</tbody></table>
<details><summary>More</summary><p>folded</p><p id="name">Send</p></details>
<button aria-labelledby="name"></button></main></html>"""


def judged(page: Page, style: str) -> dict[str, list[str]]:
    page.set_content(PAGE.replace("STYLE", style))
    return violations(page)


def test_one_pale_text_among_many_is_found_where_it_is_pale(page: Page) -> None:
    assert judged(page, "") == CLEAN
    pale = "#cell-20 { color: light-dark(#111, #444); }"
    contrast = ["color-contrast: #cell-20"]
    assert judged(page, f"@media (width < 500px) {{ {pale} }}") == {"390 dark": contrast}
    assert judged(page, "tr:last-child { opacity: 0.3; }") == {
        f"{width} {theme}": ["color-contrast: #cell-29"]
        for width in (1280, 390)
        for theme in ("light", "dark")
    }
    enough_if_large = "h1 { color: #888; } tbody { background: light-dark(#fff, #111); }"
    assert judged(page, enough_if_large) == CLEAN
    small = judged(page, f"{enough_if_large} h1 {{ font-size: 1rem; }}")
    assert small == {f"{width} light": ["color-contrast: h1"] for width in (1280, 390)}
    assert len(judged(page, f"{enough_if_large} table {{ opacity: 0.3; }}")) == 4


def test_a_text_that_may_lie_on_anything_is_judged_on_each_page(page: Page) -> None:
    placed = "h1 { position: absolute; inset: 2rem auto auto 2rem; } table { width: 100%; }"
    assert judged(page, placed) == CLEAN
    on_something = "table { background: light-dark(#222, #ddd); color: light-dark(#eee, #111); }"
    assert set(judged(page, placed + on_something)) == {
        f"{width} {theme}" for width in (1280, 390) for theme in ("light", "dark")
    }


def test_a_link_like_the_text_around_it_is_found_where_it_is_like_it(page: Page) -> None:
    assert judged(page, "") == CLEAN
    alike = "a { text-decoration: none; color: #ccd; }"
    where = "@media (width < 500px) and (prefers-color-scheme: dark)"
    assert judged(page, f"{where} {{ {alike} }}") == {"390 dark": ["link-in-text-block: a"]}


def test_other_rules_are_asked_at_each_width(page: Page) -> None:
    hidden = "@media (width < 500px) { h1 { display: none; } }"
    assert judged(page, hidden) == {"390 light": ["page-has-heading-one: html"]}
    assert page.locator("details > p").all_text_contents() == ["folded", "Send"]
