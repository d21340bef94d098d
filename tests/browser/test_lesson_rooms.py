"""A lesson in class: a teacher with a projector, five pupils with telephones."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect

from accounts.api.lesson import _rehearse
from accounts.lesson import LESSONS, Place, places
from accounts.models import Phase, Room, Vote
from tests.axe import CLEAN, violations
from tests.browser.conftest import Guard

pytestmark = [pytest.mark.usefixtures("live"), pytest.mark.database("sqlite")]

PROJECTOR = ViewportSize(width=1280, height=720)
TELEPHONE = ViewportSize(width=390, height=780)

TOO_SMALL = """(root) => [...document.querySelectorAll(`${root} *`)].filter((one) =>
  [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()) &&
  one.checkVisibility() && !one.closest(".quiet, noscript, option") &&
  parseFloat(getComputedStyle(one).fontSize) < 24).map((one) => one.textContent)"""
SCROLLS = """(main) => [document.documentElement, document.querySelector(main)]
  .some((one) => one.scrollHeight > one.clientHeight || one.scrollWidth > one.clientWidth)"""


# A page asks every two seconds where the class is: here five times as often.
HASTE = "const real = setTimeout; window.setTimeout = (done, pause) => real(done, pause / 5);"


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """Without an answer a page asks less often."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


def hurried(context: BrowserContext) -> BrowserContext:
    context.add_init_script(HASTE)
    return context


@pytest.fixture
def teacher(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return hurried(new_context(viewport=PROJECTOR))


@pytest.fixture
def pupil(new_context: Callable[..., BrowserContext]) -> Callable[[], Page]:
    """One more telephone."""
    return lambda: hurried(new_context(viewport=TELEPHONE, has_touch=True)).new_page()


def opened(teacher: BrowserContext, title: str) -> tuple[Page, Page, str]:
    """The notes and the screen of a new room, and its code."""
    notes, screen = teacher.new_page(), teacher.new_page()
    notes.goto("/lesson/teachers/")
    notes.get_by_role("button", name=f"Open a room for {title}").click()
    code = notes.locator(".notes__code").inner_text()
    screen.goto(f"/lesson/rooms/{code}/screen/")
    return notes, screen, code


def fits(screen: Page) -> None:
    both = f"() => [({TOO_SMALL})('.screen'), ({SCROLLS})('.screen__main')]"
    found = tuple(screen.evaluate(both))
    assert found == ([], False), screen.inner_text(".screen")


# A run scrolls in its frame, if at all: it stays away.
SHOW_NOW = """async () => {
  const answer = await fetch(location.href, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  page.querySelector("iframe")?.removeAttribute("src");
  document.getElementById("now").replaceWith(document.adoptNode(page.getElementById("now")));
}"""


def shown(screen: Page, code: str, lesson: str, place: Place) -> None:
    """The class is at a place, whoever led it there, and the screen shows it."""
    rooms, everything = Room.objects.filter(code=code), 2**30 - 1
    rooms.update(lesson=lesson, step=place.step, phase=place.phase, asked=everything)
    _rehearse(rooms.get())  # as after each move: the made-up class votes
    screen.evaluate(SHOW_NOW)
    assert screen.locator(f".screen__main--{place.phase}").is_visible()


def forward(screen: Page, key: str, phase: Phase) -> None:
    screen.keyboard.press(key)
    expect(screen.locator(f".screen__main--{phase}")).to_be_visible()
    fits(screen)


def answer(page: Page, letter: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^{letter} "))


def choose(page: Page, letter: str) -> None:
    answer(page, letter).click()
    expect(page.get_by_text("Your vote is in.")).to_be_visible()


def choose_without_a_network(page: Page, letter: str) -> None:
    """It is sent when the network is back."""
    expect(answer(page, letter)).to_be_visible()
    page.context.set_offline(True)
    answer(page, letter).click()
    expect(page.get_by_text("has not arrived yet")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("No connection")
    page.context.set_offline(False)
    expect(page.get_by_text("Your vote is in.")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()


def played_in_the_frame(screen: Page) -> None:
    """A click into the run takes the keyboard with it. It asks no guess: the class has voted."""
    frame = screen.frame_locator("iframe")
    for button, came in (
        ("Start: log in to both", "You are logged in on both sides"),
        ("Next: send 30 requests", "Session (Django) asks the database twice, JWT once"),
        ("Next: log out", "You are logged out on both sides"),
    ):
        frame.get_by_role("button", name=button).click()
        expect(frame.get_by_role("heading", name=came)).to_be_visible()
        inside = screen.frames[1]
        assert (inside.evaluate(TOO_SMALL, "body"), inside.evaluate(SCROLLS, "main")) == ([], False)
    with screen.expect_response("**/run/") as kept:
        frame.get_by_role("button", name="Let the thief try").click()
    assert kept.value.ok
    expect(frame.get_by_text("Thief got in", exact=True)).to_be_visible()
    expect(frame.get_by_text("pairs played")).to_be_hidden()


def both_votes(screen: Page) -> None:
    right = screen.locator(".screen__answer--right")
    expect(right).to_contain_text("Only the JWT")
    expect(right).to_contain_text(re.compile(r"First vote: 1\s*vote, 25 %"))
    expect(right).to_contain_text(re.compile(r"Second vote: 3\s*votes, 100 %"))


def handed_out(page: Page) -> None:
    """What a pupil takes home: the class's votes and no solutions."""
    page.get_by_role("link", name="The handout").click()
    votes = re.compile(r"Only the JWT.*First vote: 1.*Second vote: 3", re.DOTALL)
    expect(page.locator(".handout__right").first).to_contain_text(votes)
    table = page.get_by_role("table", name="What was measured in this lesson")
    expect(table).to_contain_text(re.compile("JWT, the thief’s copy after the log-out *got in"))
    expect(page.get_by_role("heading", name="Solutions")).to_have_count(0)


def test_a_class_votes_argues_and_votes_again(
    teacher: BrowserContext, pupil: Callable[[], Page], guard: Guard
) -> None:
    guard.allow("ERR_INTERNET_DISCONNECTED")
    notes, screen, code = opened(teacher, LESSONS["logged-out"].title)
    drawn = screen.get_by_role("img", name="QR code")
    assert drawn.evaluate("code => code.naturalWidth") > 0
    typing, reloading, changing, offline = pupils = [pupil() for _ in range(4)]
    typing.goto("/lesson/join/")
    assert violations(typing) == CLEAN
    typing.set_viewport_size(TELEPHONE)
    typing.get_by_label("Code").fill(code.lower())
    typing.get_by_role("button", name="Join").click()
    for page in pupils[1:]:
        page.goto(f"/lesson/rooms/{code}/")
    expect(typing.get_by_text("You are in.")).to_be_visible()
    expect(screen.get_by_text("4 joined")).to_be_visible()
    fits(screen)

    forward(screen, "ArrowRight", Phase.QUESTION)
    for page, letter in ((typing, "A"), (reloading, "B"), (changing, "B"), (changing, "C")):
        choose(page, letter)
    choose_without_a_network(offline, "D")
    expect(screen.get_by_text("4 voted")).to_be_visible()

    forward(screen, "PageDown", Phase.DISCUSS)
    expect(typing.get_by_text("The vote is closed.")).to_be_visible()
    played_in_the_frame(screen)
    forward(screen, " ", Phase.AGAIN)
    late = pupil()
    late.goto(f"/lesson/rooms/{code}/")
    expect(answer(reloading, "B")).to_contain_text("your first vote")
    for page in (late, reloading, typing):
        choose(page, "B")
    reloading.reload()
    expect(answer(reloading, "B")).to_have_attribute("aria-pressed", "true")
    assert violations(typing) == CLEAN
    expect(notes.get_by_text("Votes in: 3")).to_be_visible()

    forward(screen, "ArrowRight", Phase.REVEAL)
    both_votes(screen)
    expect(reloading.get_by_text("The log-out deletes the session")).to_be_visible()
    for page in (screen, notes):
        assert violations(page) == CLEAN
    screen.set_viewport_size(PROJECTOR)
    forward(screen, "ArrowLeft", Phase.AGAIN)
    forward(screen, "ArrowRight", Phase.REVEAL)
    both_votes(screen)

    notes.once("dialog", lambda dialog: dialog.accept())
    notes.get_by_role("button", name="End the lesson").click()
    handed_out(late)
    notes.get_by_role("link", name="Print the handout").click()
    expect(notes.get_by_role("heading", name="Solutions")).to_be_visible()
    assert violations(notes) == CLEAN


def test_nothing_scrolls_on_the_projector_at_any_place(teacher: BrowserContext) -> None:
    screen = teacher.new_page()
    screen.goto("/lesson/teachers/")
    screen.get_by_role("button", name="Rehearse").first.click()
    code = screen.locator(".notes__code").inner_text()
    screen.goto(f"/lesson/rooms/{code}/screen/")
    for lesson in LESSONS:
        Vote.objects.all().delete()
        # Each is put there by itself: that keys lead through them is seen above.
        for place in places(lesson):
            shown(screen, code, lesson.slug, place)
            fits(screen)
