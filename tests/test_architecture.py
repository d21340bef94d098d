"""The shape of the code: what a newcomer was promised in the README stays true."""

import ast
import re
import uuid
from collections.abc import Collection, Iterator
from functools import cache, cached_property
from graphlib import TopologicalSorter
from html import unescape
from importlib import import_module
from inspect import getfile, isclass
from pathlib import Path
from types import FunctionType
from urllib.parse import urlsplit

import grimp
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, resolve, reverse
from django.utils.html import strip_tags
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports
from pytest_django.plugin import DjangoDbBlocker

from accounts.api import urls as api_urls
from accounts.lab.users import create_lab_user
from accounts.pages import urls as page_urls
from accounts.strategies import Strategy, strategies
from tests.conftest import user_named

ROOT = settings.BASE_DIR
PACKAGES = [ROOT / "accounts", ROOT / "authdemo"]
MAX_IMPORTS = 15  # in a chain
MAX_PACKAGE_DOCSTRING = 6  # lines
NOTHING_TO_READ = {"authdemo"}  # one may begin anywhere
BY_DJANGO = {"management", "commands", "migrations"}  # packages that Django asks for
JWT_LIBRARIES = {"jwt", "joserfc", "authlib", "jose", "rest_framework_simplejwt"}
MAX_STRATEGY_LINES = 60  # the lesson and the imports included

each_strategy = pytest.mark.parametrize("strategy", [*strategies.all()], ids=lambda cls: cls.slug)


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        for module in package.rglob("*.py"):
            if module.parent.name != "peers":  # other people's libraries, in their own environment
                yield module


@cache
def imported_by(module: Path) -> set[str]:
    """The names of the packages that a module imports, its own left out."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@cache
def import_graph() -> dict[str, set[str]]:
    """What each module of ``accounts`` imports of it: for types and inside functions, too."""
    graph = grimp.build_graph("accounts", exclude_type_checking_imports=False, cache_dir=None)
    return {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}


class TestLayers:
    def test_the_contracts_of_the_import_linter_hold(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(ROOT)
        status = lint_imports(no_cache=True)
        assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out

    def test_at_most_five_modules_lie_beside_the_rooms(self) -> None:
        assert len(list((ROOT / "accounts").glob("*.py"))) <= 5

    def test_no_imports_run_in_a_circle_not_for_types_either(self) -> None:
        TopologicalSorter(import_graph()).prepare()  # its error names the circle

    def test_the_longest_chain_of_imports_is_short(self) -> None:
        chains: dict[str, list[str]] = {}
        for module in TopologicalSorter(import_graph()).static_order():
            below = (chains[imported] for imported in import_graph()[module])
            chains[module] = [module, *max(below, key=len, default=[])]
        longest = max(chains.values(), key=len)
        assert len(longest) - 1 <= MAX_IMPORTS, " > ".join(longest)

    def test_what_is_private_to_a_room_is_imported_within_it_alone(self) -> None:
        intruders = {
            f"{name} imports {imported}"
            for name, found in import_graph().items()
            for imported in found
            if imported.rpartition(".")[2].startswith("_")
            and imported.split(".")[:2] != name.split(".")[:2]
        }
        assert intruders == set()

    def test_only_the_tokens_know_a_jwt_library(self) -> None:
        guilty = {
            str(module.relative_to(ROOT)): names
            for module in modules()
            if (names := {name.split(".")[0] for name in imported_by(module)} & JWT_LIBRARIES)
            and module.parent.name != "tokens"
        }
        # Other services, as others write them: they have none of our code.
        assert guilty == {
            "accounts/cluster/resource_server.py": {"joserfc"},
            "accounts/cluster/memory_server.py": {"jwt"},
            "accounts/cluster/single_sign_on.py": {"jwt"},
            "accounts/claims/_stock_simplejwt.py": {"rest_framework_simplejwt"},
        }

    def test_tracing_imports_nothing_of_ours(self) -> None:
        for module in (ROOT / "accounts" / "tracing").glob("*.py"):
            ours = {name for name in imported_by(module) if name.startswith("accounts")}
            assert all(name.startswith("accounts.tracing") for name in ours), module

    def test_no_code_of_the_site_imports_the_tests(self) -> None:
        for module in modules():
            assert not {name for name in imported_by(module) if name.split(".")[0] == "tests"}


def package_docstrings() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for module in package.rglob("__init__.py"):
            if module.parent.name not in BY_DJANGO:
                name = ".".join(module.parent.relative_to(ROOT).parts)
                yield name, ast.get_docstring(ast.parse(module.read_text())) or ""


def undocumented_methods(cls: type) -> Iterator[str]:
    """The public methods of a class without a docstring, but for overrides."""
    for name, member in vars(cls).items():
        function = getattr(member, "__func__", member)  # of a classmethod, too
        is_method = isinstance(function, (FunctionType, property, cached_property))
        is_override = any(hasattr(base, name) for base in cls.__bases__)
        if is_method and not is_override and not name.startswith("_") and not function.__doc__:
            yield f"{cls.__module__}.{cls.__qualname__}.{name}"


class TestDocstrings:
    def test_every_package_says_in_a_few_lines_what_lives_there(self) -> None:
        silent_or_long = [
            name
            for name, text in package_docstrings()
            if not 1 <= len(text.splitlines()) <= MAX_PACKAGE_DOCSTRING
        ]
        assert silent_or_long == []

    def test_every_package_says_what_it_imports_and_which_file_to_read_first(self) -> None:
        for name, text in package_docstrings():
            words = " ".join(text.split())
            assert re.search(r"[Ii]mports?\b", words), f"{name} says nothing of what it imports"
            first = re.search(r"[Rr]ead ``([\w/]+)(?:\.py)?``", words)
            if name not in NOTHING_TO_READ:
                assert first, f"{name} does not say which file to read first"
                folder = ROOT / name.replace(".", "/")
                assert list(folder.glob(f"{first[1]}*")), f"{name} sends to {first[1]}"

    def test_every_public_method_is_documented_unless_it_overrides_one(self) -> None:
        undocumented = [
            method
            for name in sorted(import_graph())
            for cls in vars(import_module(name)).values()
            if isclass(cls) and cls.__module__ == name and not cls.__name__.startswith("_")
            for method in undocumented_methods(cls)
        ]
        assert undocumented == []


class TestStrategies:
    @each_strategy
    def test_it_is_explained(self, strategy: type[Strategy]) -> None:
        first, *more = strategy.explanation().split("\n\n")
        name = strategy.__name__
        assert first.endswith((".", "?")), f"the docstring of {name} begins with a sentence"
        assert more, f"the docstring of {name} needs a second paragraph: the page prints it"
        assert strategy.title
        assert strategy.subtitle
        assert strategy.checks

    @each_strategy
    def test_its_names_agree(self, strategy: type[Strategy]) -> None:
        module = strategy.slug.replace("-", "_")
        assert strategy.__module__ == f"accounts.strategies.{module}"
        assert strategy.__name__ == "".join(part.title() for part in strategy.slug.split("-"))

    @each_strategy
    def test_it_inherits_from_a_family_base_at_most(self, strategy: type[Strategy]) -> None:
        [base] = strategy.__bases__
        assert base is Strategy or base.__bases__ == (Strategy,)
        assert base.__module__.startswith("accounts.strategies._")

    @each_strategy
    def test_it_fits_on_a_page(self, strategy: type[Strategy]) -> None:
        lines = len(Path(getfile(strategy)).read_text().splitlines())
        too_long = "move what is not the strategy into its family base or a helper module"
        assert lines <= MAX_STRATEGY_LINES, f"{strategy.slug}: {lines} lines: {too_long}"

    @each_strategy
    def test_it_has_a_test_that_says_what_a_request_asks(self, strategy: type[Strategy]) -> None:
        test = ROOT / "tests" / "strategies" / f"test_{Path(getfile(strategy)).stem}.py"
        says = f'assert tables_asked("{strategy.slug}") == '
        assert says in test.read_text(), f"{test.name} has to say which tables: {says}[…]"

    def test_no_two_are_called_alike(self) -> None:
        for names in (
            [strategy.slug for strategy in strategies],
            [(strategy.title, strategy.subtitle) for strategy in strategies],
            [strategy.explanation() for strategy in strategies],
            [strategy.order for strategy in strategies],
        ):
            assert len(set(names)) == len(names)

    @each_strategy
    def test_its_page_prints_its_explanation(self, strategy: type[Strategy], db: None) -> None:
        page = Client().get(reverse("lab-strategy", args=[strategy.slug])).content.decode()
        assert strategy.title in page
        first = strategy.explanation().split("\n\n")[0].split("``")[0].split("&")[0]
        assert " ".join(first.split())[:60] in " ".join(strip_tags(page).split())


def links(page: str) -> set[str]:
    """Where the links of a page lead within the site."""
    targets = [urlsplit(unescape(href)) for href in re.findall(r'<a\s[^>]*?\bhref="([^"]*)"', page)]
    return {target.path for target in targets if not target.netloc} - {""}


def reachable(client: Client, known: Collection[str] = ()) -> dict[str, int]:
    """Every path that somebody comes to who starts at / and follows links, and its status.

    Of those that are ``known`` one of each view is opened: the others have the same links.
    """
    seen: dict[str, int] = {}
    views: set[str] = set()
    ahead = ["/"]
    while ahead:
        path = ahead.pop()
        if path in seen or path.startswith(("/admin/", "/static/")):
            continue
        if path in known:
            view = resolve(path).route
            if view in views:
                continue
            views.add(view)
        response = client.get(path)
        seen[path] = response.status_code
        if response["Content-Type"].startswith("text/html"):
            ahead += links(response.content.decode())
    return seen


@pytest.fixture(scope="module")
def crawled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> list[tuple[str, int]]:
    """What a stranger and Alice come to: the site is crawled once for all that look at it."""
    with django_db_blocker.unblock(), transaction.atomic():
        member = Client()
        member.force_login(user_named("alice"))
        strangers = reachable(Client())
        fine = {path for path, status in strangers.items() if status == 200}
        found = [*strangers.items(), *reachable(member, fine).items()]
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db  # or no tables are made where these tests run alone
@pytest.mark.database("sqlite")  # the links are the same on both
@pytest.mark.xdist_group("crawl")
class TestPages:
    @pytest.fixture
    def found(self, crawled: list[tuple[str, int]]) -> set[str]:
        return {path for path, _ in crawled}

    def test_every_page_can_be_come_to_by_links(self, found: set[str]) -> None:
        # What an action leaves behind, or asks for before it is done.
        by_action = {
            "lab-run",
            "attack-play",
            "claim-run",
            "claim-guess",
            "tried",
            *("lesson-room", "lesson-room-screen", "lesson-room-notes", "lesson-room-handout"),
            "lesson-room-hand-in",
            "logout",
            "login-end",
            "logins-end-others",
            "logins-end-all",
        }
        for pattern in page_urls.urlpatterns:
            assert isinstance(pattern, URLPattern)
            if pattern.name in by_action:
                continue
            path = re.compile("/" + re.sub(r"<\w+:\w+>", "[^/]+", str(pattern.pattern)) + "$")
            assert any(path.match(one) for one in found), pattern.name

    def test_every_strategy_can_be_come_to(self, found: set[str]) -> None:
        assert {reverse("lab-strategy", args=[one.slug]) for one in strategies} <= found

    def test_no_link_leads_nowhere(self, crawled: list[tuple[str, int]]) -> None:
        assert {path for path, status in crawled if status in (404, 500)} == set()


class TestApi:
    def test_every_endpoint_has_a_name(self) -> None:
        for pattern in api_urls.urlpatterns:
            if isinstance(pattern, URLPattern):
                assert (pattern.name or "").startswith("api-")

    @each_strategy
    def test_every_strategy_has_its_endpoints(self, strategy: type[Strategy], db: None) -> None:
        made = create_lab_user(uuid.uuid4())
        body = {"username": made.username, "password": made.password}
        path = reverse("api-lab-login", args=[strategy.slug])
        answer = Client().post(path, body, content_type="application/json")
        runs = 400 if strategy.bound else 200  # to log in it wants a proof
        assert answer.status_code == (runs if strategy.runs_here() else 404)


class TestFiles:
    def test_every_stylesheet_and_script_is_used(self) -> None:
        texts = [
            path.read_text()
            for folder in ("templates", "static", "accounts")
            for path in (ROOT / folder).rglob("*")
            if path.suffix in {".html", ".js", ".css", ".py"}
        ]
        for path in (ROOT / "static").rglob("*"):
            if path.suffix in {".css", ".js"}:
                assert any(path.name in text for text in texts), path

    def test_every_template_is_used(self) -> None:
        texts = [
            path.read_text()
            for folder in ("templates", "accounts")
            for path in (ROOT / folder).rglob("*")
            if path.suffix in {".html", ".py"}
        ]
        by_django = {"400", "403", "404", "500", "429"}
        for path in (ROOT / "templates").rglob("*.html"):
            if path.stem not in by_django and path.parent.name != "strategies":
                name = str(path.relative_to(ROOT / "templates"))
                assert any(name in text for text in texts), name

    def test_no_page_has_inline_code_or_asks_another_host(self) -> None:
        forbidden = re.compile(
            r"<style|\sstyle=|\son\w+=\"|<script(?![^>]*\ssrc=)(?![^>]*json)|"
            r"src=\"(?:https?:)?//|<(?!a\s)\w+[^>]*\shref=\"(?:https?:)?//"  # a link asks nobody
        )
        for path in (ROOT / "templates").rglob("*.html"):
            assert not forbidden.search(path.read_text()), path
