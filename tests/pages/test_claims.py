"""The board of the claims and the page of one: guess, then see; readable without a script."""

import uuid
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.attacks import attacks
from accounts.claims import Kind, Result, claims, shipped, value
from accounts.conf import DATABASES, own_database
from accounts.models import ClaimGuesses, ClaimRun, User
from tests.claims.sample import ON_CLUSTER, SLUG, played

pytestmark = [pytest.mark.django_db, pytest.mark.database("sqlite", "postgres")]

PAGE = f"/claims/{SLUG}/"


def text(path: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(path)
    assert answer.status_code == 200
    return " ".join(unescape(answer.content.decode()).split())


def keep(visitor: uuid.UUID, kind: Kind = Kind.DEPENDS) -> ClaimRun:
    return ClaimRun.objects.create(
        visitor=visitor, claim=SLUG, database="SQLite", played=played(kind=kind)
    )


@pytest.fixture
def visitor(client: Client) -> uuid.UUID:
    """The visitor that this client is."""
    client.post(reverse("api-lab-users"), content_type="application/json")
    found = User.objects.values_list("visitor", flat=True).get()
    assert found
    return found


@pytest.fixture
def result() -> Result:
    """The shipped result of this database."""
    return shipped(own_database())[SLUG]


class TestBoard:
    def test_it_lists_every_claim_with_both_sides(self) -> None:
        board = text("/claims/")
        for claim in claims:
            assert claim.said in board
            assert claim.source.author in board
            assert claim.against.author in board

    def test_it_shows_the_verdicts_on_both_databases(self) -> None:
        board = text("/claims/")
        for claim in claims:
            row = board.partition(f'data-claim="{claim.slug}"')[2].partition("</tr>")[0]
            for name, title in DATABASES.items():
                cell = row.partition(f'data-label="On {title}"')[2].partition("</td>")[0]
                result = shipped(name).get(claim.slug)
                nothing = (
                    "only on PostgreSQL" if claim.needs and name == "sqlite" else "not played yet"
                )
                words = result.played.verdict.kind.words if result else nothing
                assert words in cell
                if result and result.played.verdict.kind is Kind.DEPENDS:
                    assert result.played.verdict.limit in row  # on what

    def test_it_shows_what_the_visitor_played_last(
        self, client: Client, visitor: uuid.UUID
    ) -> None:
        keep(visitor, Kind.HOLDS)
        run = keep(visitor)
        keep(uuid.uuid4(), Kind.UNDECIDED)
        row = text("/claims/", client).partition(f'data-claim="{SLUG}"')[2].partition("</tr>")[0]
        own = row.partition("data-own")[2]
        assert "depends" in own
        assert str(run.pk) in own

    def test_it_counts_how_many_guessed_wrong(self) -> None:
        ClaimGuesses.objects.create(claim=SLUG, guesses=7, wrong=4)
        assert "4 of 7" in text("/claims/")

    def test_it_asks_the_database_twice_however_many_there_are(
        self, client: Client, visitor: uuid.UUID
    ) -> None:
        for _ in range(3):
            keep(visitor)
        with CaptureQueriesContext(connection) as queries:
            text("/claims/", client)
        assert len(queries) == 2


class TestPage:
    def test_it_asks_for_a_guess_before_it_shows_anything(self) -> None:
        page = text(PAGE)
        assert page.index("What do you think?") < page.index("What was measured")
        assert '<details class="claim-result" id="result">' in page

    def test_the_result_is_readable_without_a_script(self, result: Result) -> None:
        page = text(PAGE)
        assert result.played.verdict.words in page
        for one in result.played.evidence.measurements:
            assert value(one) in page
            assert one.title in page

    def test_a_search_engine_is_told_what_it_is_about(self) -> None:
        assert f'<meta name="description" content="“{claims[SLUG].said}” Guess first' in text(PAGE)

    def test_both_sides_and_what_decides_are_there(self) -> None:
        page, claim = text(PAGE), claims[SLUG]
        for source in (claim.source, claim.against):
            assert source.says in page
            assert f'href="{source.url}"' in page
        for words in (*claim.limits, claim.caveat, "class</span>"):
            assert words in page

    @pytest.mark.parametrize("name", DATABASES)
    def test_a_button_shows_the_result_of_the_other_database(self, name: str) -> None:
        page = text(f"{PAGE}?on={name}")
        assert shipped(name)[SLUG].played.verdict.words in page
        assert f'?on={name}#result" aria-current="true"' in page

    def test_what_the_visitor_played_comes_first(self, client: Client, visitor: uuid.UUID) -> None:
        run = keep(visitor)
        page = text(PAGE, client)
        assert "The copy lived 3 s." in page
        assert f"http://testserver{run.get_absolute_url()}" in page

    def test_it_leads_to_the_attack_that_shows_it(self) -> None:
        leads = "Play it in your own browser: <a"
        page = text("/claims/same-site-is-enough/")
        assert f'{leads} href="/attacks/another-sites-form/">Another page’s form</a>' in page
        assert leads not in text(PAGE)

    def test_the_attack_leads_back_to_every_claim_that_it_shows(self) -> None:
        for attack in attacks:
            page = text(f"/attacks/{attack.slug}/")
            linked = {
                one.slug for one in claims if f'href="/claims/{one.slug}/">{one.said}<' in page
            }
            assert linked == {one.slug for one in claims if one.attack == attack.slug}
            assert ("What people say of it" in page) == bool(linked)

    def test_where_no_cluster_runs_one_that_needs_it_says_how_to_start_it(self) -> None:
        page, board = text(f"/claims/{ON_CLUSTER}/"), text("/claims/")
        assert "make demo CLUSTER=1" in page
        assert "whose database is PostgreSQL: Process 1, Process 2, Process 3, Primary, Cache." in (
            page
        )
        assert "Run it here" not in page
        assert f'data-claim="{ON_CLUSTER}" data-elsewhere' in board
        assert f'data-claim="{SLUG}" data-elsewhere' not in board
        assert "make demo CLUSTER=1" in board

    def test_where_a_cluster_runs_it_is_played_like_any_other(self, settings: Settings) -> None:
        settings.CLUSTER_CONTROL = "/run/control.sock"
        page, board = text(f"/claims/{ON_CLUSTER}/"), text("/claims/")
        assert "Run it here" in page
        for content in (page, board):
            assert "make demo CLUSTER=1" not in content
            assert "data-elsewhere" not in content

    def test_an_unknown_one_is_not_found(self) -> None:
        assert Client().get("/claims/earth-is-flat/").status_code == 404


class TestRun:
    def test_its_link_shows_it_to_anybody(self) -> None:
        page = text(keep(uuid.uuid4()).get_absolute_url())
        for words in ("The copy lived 3 s.", "At 1 s.", "Z80", "A & B: 3 s, most between 2 and 4"):
            assert words in page

    def test_one_of_a_claim_that_is_gone_is_not_found(self) -> None:
        run = ClaimRun.objects.create(
            visitor=uuid.uuid4(), claim="gone", database="SQLite", played=played("gone")
        )
        assert Client().get(run.get_absolute_url()).status_code == 404


class TestGuess:
    def guess(self, guess: str, client: Client | None = None) -> str:
        client = client or Client()
        answer = client.post(f"{PAGE}guess/", {"guess": guess}, follow=True)
        assert answer.status_code == 200
        return " ".join(unescape(answer.content.decode()).split())

    def test_a_wrong_one_is_kept_beside_the_result(self) -> None:
        page = self.guess("holds")
        assert "You guessed: <b>it holds</b>. It came out otherwise." in page
        assert '<details class="claim-result" id="result" open>' in page
        assert "Guesses so far: 1, of which 1 wrong" in page

    def test_a_right_one_is_no_wrong_one(self, result: Result) -> None:
        assert "So it came out." in self.guess(result.played.verdict.kind)
        self.guess("holds")
        counted = ClaimGuesses.objects.get(pk=SLUG)
        assert (counted.guesses, counted.wrong) == (2, 1)

    def test_it_is_about_what_the_page_shows(self, client: Client, visitor: uuid.UUID) -> None:
        keep(visitor, Kind.HOLDS)
        assert "So it came out." in self.guess("holds", client)

    @pytest.mark.parametrize("guess", ["", "undecided", "perhaps", "\x00"])
    def test_nonsense_counts_for_nothing(self, guess: str) -> None:
        assert "You guessed" not in self.guess(guess)
        assert not ClaimGuesses.objects.exists()

    def test_beyond_the_limit_it_is_shown_and_not_counted(self, settings: Settings) -> None:
        settings.LIMITS = {**settings.LIMITS, "claim-guesses": (1, 3600)}
        self.guess("holds")
        assert "You guessed" in self.guess("holds")
        assert ClaimGuesses.objects.get(pk=SLUG).guesses == 1

    def test_it_takes_a_token_of_the_form(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        assert strict.post(f"{PAGE}guess/", {"guess": "holds"}).status_code == 403


def test_a_run_is_kept_as_long_as_its_page_says(settings: Settings) -> None:
    run = keep(uuid.uuid4())
    kept_until = timezone.localtime(run.created + settings.LAB_RUN_LIFETIME)
    assert f"kept until {kept_until:%Y-%m-%d}" in text(run.get_absolute_url())
