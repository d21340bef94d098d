"""The pages, one entry each: address, view, name, title, and text in the header."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.gzip import gzip_page

from accounts.pages import (
    account,
    answer,
    cluster,
    cluster_scale,
    compare,
    docs,
    glossary,
    inspector,
    lesson,
    lesson_handout,
    lesson_rooms,
    logins,
    tried,
)
from accounts.pages.attacks import exercise
from accounts.pages.attacks import views as attacks
from accounts.pages.benchmarks import views as benchmarks
from accounts.pages.claims import views as claims
from accounts.pages.headers import embeddable
from accounts.pages.lab import explained, libraries, matrix, transcript


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    ``path`` and ``name`` are those of Django's ``path()``. ``title`` is the title of the document,
    unless the template writes its own. ``menu`` is the text of the link in the header, where the
    pages that have one stand in the order of ``PAGES``: those to learn from, then the tools. A
    private one is shown to those who are signed in. One that ``embeds`` may stand in a frame of a
    lesson: it changes no account. A ``secret`` one is about somebody's account and not compressed,
    for the length of what is compressed tells of what stands in it (BREACH,
    https://www.breachattack.com). The CSRF token, which stands in all, is masked anew each time.

    Raises:
        ImproperlyConfigured: the header cannot lead to the page, since its path has a parameter.
    """

    path: str
    view: Callable[..., HttpResponse]
    name: str
    title: str = ""
    menu: str = ""
    tool: bool = False
    private: bool = False
    embeds: bool = False
    secret: bool = False

    def __post_init__(self) -> None:
        if self.menu and "<" in self.path:
            raise ImproperlyConfigured(f"The menu cannot lead to {self.path}: it has a parameter.")

    @property
    def shown(self) -> Callable[..., HttpResponse]:
        """Its view, compressed and with the headers that it needs."""
        view = self.view if self.secret else gzip_page(self.view)
        return embeddable(view) if self.embeds else view


PAGES = [
    Page(
        "",
        compare.compare,
        "compare",
        "Does a stolen login still work?",
        menu="Try it",
        embeds=True,
    ),
    Page(
        "tried/<uuid:left>/<uuid:right>/", tried.tried, "tried", "Does a stolen login still work?"
    ),
    Page("lab/", matrix.lab, "lab", "Which logins really end?", menu="Lab", embeds=True),
    Page("lab/runs/<uuid:run_id>/", transcript.transcript, "lab-run", embeds=True),
    Page("lab/libraries/", libraries.table, "lab-libraries", "What do the libraries do?"),
    Page("lab/libraries/<slug:slug>/", libraries.library, "lab-library"),
    Page("lab/events/<slug:slug>/", explained.event, "lab-event", embeds=True),
    Page("lab/<slug:slug>/", explained.strategy, "lab-strategy", embeds=True),
    Page("attacks/", attacks.board, "attacks", "Where the thief comes in", menu="Attacks"),
    Page("attacks/plays/<uuid:play_id>/", attacks.play, "attack-play"),
    Page("attacks/forged-token/exercises/<int:number>/", exercise.exercise, "attack-exercise"),
    Page("attacks/<slug:slug>/", attacks.attack, "attack", embeds=True),
    Page("claims/", claims.board, "claims", "What people say, put to the test", menu="Claims"),
    Page("claims/runs/<uuid:run_id>/", claims.run, "claim-run", embeds=True),
    Page("claims/<slug:slug>/", claims.claim, "claim", embeds=True),
    Page("claims/<slug:slug>/guess/", claims.guess, "claim-guess"),
    Page("cluster/", cluster.cluster, "cluster", "When it is not one machine", menu="Cluster"),
    Page(
        "logins/",
        logins.logins,
        "logins",
        "Your devices",
        menu="Your devices",
        tool=True,
        private=True,
        secret=True,
    ),
    Page("logins/<uuid:login_id>/end/", logins.end, "login-end", "Sign out a device", secret=True),
    Page(
        "logins/end-others/",
        logins.end_others,
        "logins-end-others",
        "Sign out all others",
        secret=True,
    ),
    Page("logins/end-all/", logins.end_all, "logins-end-all", "Log out everywhere", secret=True),
    Page(
        "inspector/",
        inspector.inspector,
        "inspector",
        "Take a token apart",
        menu="Inspector",
        tool=True,
    ),
    Page("benchmarks/", benchmarks.benchmarks, "benchmarks", "Benchmarks", menu="Benchmarks"),
    Page("answer/", answer.page, "answer", "The answer", menu="Answer"),
    Page("answer/<slug:slug>.zip", answer.takeaway_zip, "answer-takeaway"),
    Page("lesson/", lesson.course, "lessons", "Three lessons", menu="Lessons"),
    Page("lesson/teachers/", lesson_rooms.teachers, "lesson-teachers", "Give a lesson"),
    Page("lesson/join/", lesson_rooms.join, "lesson-join", "Join your class"),
    Page("lesson/rooms/<slug:code>/", lesson_rooms.room, "lesson-room"),
    Page("lesson/rooms/<slug:code>/screen/", lesson_rooms.screen, "lesson-room-screen"),
    Page("lesson/rooms/<slug:code>/notes/", lesson_rooms.notes, "lesson-room-notes"),
    Page("lesson/rooms/<slug:code>/handout/", lesson_handout.handout, "lesson-room-handout"),
    Page("lesson/rooms/<slug:code>/hand-in/", lesson_handout.handing_in, "lesson-room-hand-in"),
    Page("lesson/<slug:slug>/", lesson.lesson, "lesson"),
    Page("cluster/scale/", cluster_scale.page, "cluster-scale", "Past this machine, on paper"),
    Page("glossary/", glossary.glossary, "glossary", "Glossary", menu="Glossary"),
    Page("api/docs/", docs.docs, "api-docs", "API docs", menu="API docs", tool=True),
    Page("signup/", account.signup, "signup", "Sign up", secret=True),
    Page("login/", account.login, "login", "Log in", secret=True),
    Page("logout/", account.logout, "logout", "Log out", secret=True),
    Page("password/", account.password, "password", "Change password", secret=True),
]

urlpatterns = [path(page.path, page.shown, name=page.name) for page in PAGES]
