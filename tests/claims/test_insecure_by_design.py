"""A naive verifier believes a forgery; a library that is used as documented does not."""

import pytest

from accounts.bench.subjects import Subject
from accounts.claims import Kind, Laboratory, insecure_by_design
from accounts.claims.insecure_by_design import FORGERIES, InsecureByDesign, _believed, _let_in
from tests.claims.case import Case, play


def the_library_is_naive(patch: pytest.MonkeyPatch) -> None:
    def let_in(subject: Subject, token: str) -> bool:
        return _believed(token)

    patch.setattr(insecure_by_design, "_let_in", let_in)


CASES = [
    Case("as it is", Kind.FAILS),
    Case("the library is naive", Kind.HOLDS, the_library_is_naive),
]


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["jwt-stateless", "jwt-blacklist-joined"])
def test_every_verifier_accepts_the_real_token(slug: str) -> None:
    subject = Laboratory().sign_in(slug)
    assert _let_in(subject, subject.credential.value)
    assert _believed(subject.credential.value)


@pytest.mark.django_db
def test_what_the_naive_one_believes() -> None:
    token = Laboratory().sign_in("jwt-stateless").credential.value
    believed = {name for name, forge in FORGERIES.items() if _believed(forge(token))}
    assert believed == {
        "alg: none",
        "alg: None",
        "alg: nOnE",
        "its own key in the header",
        "a key file that is empty",
    }
    evidence, _ = play(InsecureByDesign)
    assert evidence["accepted-naive"].median == len(believed)
