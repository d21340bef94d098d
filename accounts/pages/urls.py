"""The pages, one entry each: address, view, name, title, and text in the header."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.module_loading import import_string
from django.views.decorators.gzip import gzip_page

from accounts.pages import account
from accounts.pages.headers import embeddable


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    ``path`` and ``name`` are those of Django's ``path()``. ``view`` is any view, or the module and
    name of one in this package: that is imported when the page is first asked for, so that a server
    that only logs people in never loads the lab. ``title`` is the title of the document, unless the
    template writes its own. ``menu`` is the text of the link in the header, where the pages that
    have one stand in the order of ``PAGES``: those to learn from, then the tools. A private one is
    shown to those who are signed in. One that ``embeds`` may stand in a frame of a lesson: it
    changes no account. A ``secret`` one is about somebody's account and not compressed, for the
    length of what is compressed tells of what stands in it (BREACH, https://www.breachattack.com).
    The CSRF token, which stands in all, is masked anew each time.

    Raises:
        ImproperlyConfigured: the header cannot lead to the page, since its path has a parameter.
    """

    path: str
    view: Callable[..., HttpResponse] | str
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
        view = self._load if isinstance(self.view, str) else self.view
        view = view if self.secret else gzip_page(view)
        return embeddable(view) if self.embeds else view

    def _load(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view = import_string(f"accounts.pages.{self.view}")
        answer: HttpResponse = view(request, *args, **kwargs)
        return answer


PAGES = [
    Page(
        "",
        "compare.compare",
        "compare",
        "Does a stolen login still work?",
        menu="Try it",
        embeds=True,
    ),
    Page(
        "tried/<uuid:left>/<uuid:right>/", "tried.tried", "tried", "Does a stolen login still work?"
    ),
    Page("lab/", "lab.matrix.lab", "lab", "Which logins really end?", menu="Lab", embeds=True),
    Page("lab/runs/<uuid:run_id>/", "lab.transcript.transcript", "lab-run", embeds=True),
    Page("lab/libraries/", "lab.libraries.table", "lab-libraries", "What do the libraries do?"),
    Page("lab/libraries/<slug:slug>/", "lab.libraries.library", "lab-library"),
    Page("lab/events/<slug:slug>/", "lab.explained.event", "lab-event", embeds=True),
    Page("lab/<slug:slug>/", "lab.explained.strategy", "lab-strategy", embeds=True),
    Page("attacks/", "attacks.views.board", "attacks", "Where the thief comes in", menu="Attacks"),
    Page("attacks/plays/<uuid:play_id>/", "attacks.views.play", "attack-play"),
    Page(
        "attacks/forged-token/exercises/<int:number>/",
        "attacks.exercise.exercise",
        "attack-exercise",
    ),
    Page("attacks/<slug:slug>/", "attacks.views.attack", "attack", embeds=True),
    Page(
        "claims/", "claims.views.board", "claims", "What people say, put to the test", menu="Claims"
    ),
    Page("claims/runs/<uuid:run_id>/", "claims.views.run", "claim-run", embeds=True),
    Page("claims/<slug:slug>/", "claims.views.claim", "claim", embeds=True),
    Page("claims/<slug:slug>/guess/", "claims.views.guess", "claim-guess"),
    Page("cluster/", "cluster.cluster", "cluster", "When it is not one machine", menu="Cluster"),
    Page(
        "logins/",
        "logins.logins",
        "logins",
        "Your devices",
        menu="Your devices",
        tool=True,
        private=True,
        secret=True,
    ),
    Page(
        "logins/<uuid:login_id>/end/", "logins.end", "login-end", "Sign out a device", secret=True
    ),
    Page(
        "logins/end-others/",
        "logins.end_others",
        "logins-end-others",
        "Sign out all others",
        secret=True,
    ),
    Page("logins/end-all/", "logins.end_all", "logins-end-all", "Log out everywhere", secret=True),
    Page(
        "inspector/",
        "inspector.inspector",
        "inspector",
        "Take a token apart",
        menu="Inspector",
        tool=True,
    ),
    Page(
        "benchmarks/", "benchmarks.views.benchmarks", "benchmarks", "Benchmarks", menu="Benchmarks"
    ),
    Page("answer/", "answer.page", "answer", "The answer", menu="Answer"),
    Page("answer/<slug:slug>.zip", "answer.takeaway_zip", "answer-takeaway"),
    Page("lesson/", "lesson.course", "lessons", "Three lessons", menu="Lessons"),
    Page("lesson/teachers/", "lesson_rooms.teachers", "lesson-teachers", "Give a lesson"),
    Page("lesson/join/", "lesson_rooms.join", "lesson-join", "Join your class"),
    Page("lesson/rooms/<slug:code>/", "lesson_rooms.room", "lesson-room"),
    Page("lesson/rooms/<slug:code>/screen/", "lesson_rooms.screen", "lesson-room-screen"),
    Page("lesson/rooms/<slug:code>/notes/", "lesson_rooms.notes", "lesson-room-notes"),
    Page("lesson/rooms/<slug:code>/handout/", "lesson_handout.handout", "lesson-room-handout"),
    Page("lesson/rooms/<slug:code>/hand-in/", "lesson_handout.handing_in", "lesson-room-hand-in"),
    Page("lesson/<slug:slug>/", "lesson.lesson", "lesson"),
    Page("cluster/scale/", "cluster_scale.page", "cluster-scale", "Past this machine, on paper"),
    Page("glossary/", "glossary.glossary", "glossary", "Glossary", menu="Glossary"),
    Page("api/docs/", "docs.docs", "api-docs", "API docs", menu="API docs", tool=True),
    Page("signup/", account.signup, "signup", "Sign up", secret=True),
    Page("login/", account.login, "login", "Log in", secret=True),
    Page("logout/", account.logout, "logout", "Log out", secret=True),
    Page("password/", account.password, "password", "Change password", secret=True),
]

urlpatterns = [path(page.path, page.shown, name=page.name) for page in PAGES]
