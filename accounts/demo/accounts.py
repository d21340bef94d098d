"""The accounts that the demo makes for trying it out.

Their passwords are random, for a well-known one would open the administration of a demo that is
shown to others. They are derived from the demo's secret key instead of being kept in a file: the
same ones come back at every start and for every database, and no password is stored.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password
from django.utils.crypto import salted_hmac

from accounts.models import User

CONSONANTS = "bdfghklmnprstvz"
VOWELS = "aeiou"


@dataclass(frozen=True)
class DemoAccount:
    """An account to make; staff may also enter the administration."""

    username: str
    is_staff: bool = False


DRILLS = DemoAccount("drills")  # only where a cluster runs: its drills log in to it
DEMO_ACCOUNTS = (DemoAccount("ada"), DemoAccount("grace"), DemoAccount("admin", is_staff=True))


@dataclass(frozen=True)
class Known:
    """An account that exists: its password, or None once somebody has changed that."""

    username: str
    password: str | None
    is_staff: bool


def demo_accounts_make(*more: DemoAccount) -> Iterator[Known]:
    """Make those accounts that are missing and tell about all of them."""
    for account in (*DEMO_ACCOUNTS, *more):
        password = demo_password(account.username)
        user = User.objects.filter(username__iexact=account.username).first()
        if user is None:
            user, known = _make(account, password), True
        else:
            known = user.is_active and check_password(password, user.password)
        yield Known(user.username, password if known else None, user.is_staff)


def demo_password(username: str, secret: str | None = None) -> str:
    """Three words of four letters, easy to type: 38 bits, behind a throttle and argon2.

    ``secret`` is the secret key of the demo, where that is another process.
    """
    digest = salted_hmac("accounts.demo", username, secret=secret, algorithm="sha256").digest()
    number = int.from_bytes(digest, "big")
    words = []
    for _ in range(3):
        letters = ""
        for alphabet in (CONSONANTS, VOWELS, CONSONANTS, VOWELS):
            number, letter = divmod(number, len(alphabet))
            letters += alphabet[letter]
        words.append(letters)
    return "-".join(words)


def _make(account: DemoAccount, password: str) -> User:
    return User.objects.create_user(
        account.username,
        password=password,
        is_staff=account.is_staff,
        is_superuser=account.is_staff,
    )
