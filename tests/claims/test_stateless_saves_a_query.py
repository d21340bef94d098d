"""A token that vouches for itself saves a query until a view needs the user."""

import pytest

from accounts.claims import Kind
from accounts.claims.stateless_saves_a_query import StatelessSavesAQuery
from accounts.strategies import Accepted, Refused
from accounts.strategies.jwt_stateless import JwtStateless
from accounts.strategies.jwt_user import JwtUser
from tests.claims.case import Case, play


def only_two_query_ways_are_known(patch: pytest.MonkeyPatch) -> None:
    ways = ["session-db", "jwt-blacklist", "jwt-stateless"]
    patch.setattr(StatelessSavesAQuery, "ways", lambda _: ways)


def it_reads_the_user(patch: pytest.MonkeyPatch) -> None:
    def check(stateless: JwtStateless, credential: str) -> Accepted | Refused:
        return JwtUser(stateless.realm).check(credential)

    patch.setattr(JwtStateless, "check", check)


CASES = [
    Case("as it is", Kind.DEPENDS),
    Case("only two-query ways are known", Kind.HOLDS, only_two_query_ways_are_known),
    Case("it reads the user", Kind.FAILS, it_reads_the_user),
]


@pytest.mark.django_db
def test_a_way_that_reads_the_user_asks_no_more_when_the_view_needs_it() -> None:
    evidence, _ = play(StatelessSavesAQuery)
    assert evidence["bare-session-joined"].median == evidence["user-session-joined"].median == 1
    assert evidence["bare-session-db"].median == evidence["user-session-db"].median == 2
    assert evidence["user-jwt-stateless"].median == 1
