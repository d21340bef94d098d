"""How many passwords may be guessed: fast at first, then one in some seconds, but never none.

Nobody is locked out. A stranger could do that to an owner, and one of a class to all behind their
address. Once an account, an address, or an address at an account (a pair) has had its wrong guesses
of the hour, guessing is slowed down, and each guess holds its place from before it is checked: many
at once are no more than one after the other.

With the limits of ``authdemo.settings`` somebody may guess, in an hour,

- at one account from one address: 100 times, and then once in 10 seconds: 460. In a demo, whose
  class shares accounts, it is 760 where the account has logged in from there before;
- at all accounts from one address: 1,000 times and then twice in 10 seconds: 1,720. Accounts that
  have logged in from there before are excepted, each of which has the 460 above;
- at one account from anywhere: 100 times, and then 60 times in 10 seconds: 21,700, however many
  addresses he has. 20 of the 60 are for addresses with 3 or more wrong guesses in the hour, so that
  25 addresses come to 7,375, and n to 7,300 + 3n.

An owner's new device waits ten seconds at worst unless 40 guesses in 10 seconds come from networks
with fewer than 3: who wants to keep it out needs 4,800 new networks each hour. A network is an
IPv4 address or a /48 of IPv6, which is what one customer is given.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from accounts.models import Login
from accounts.site import throttle
from accounts.site.clients import throttle_key
from accounts.site.throttle import Limit

_CUSTOMER = 48  # bits of an IPv6 address (RFC 6177, section 2)


class BadCredentials(Exception):
    """No active account with this name and password; which of them was wrong is not said."""


@contextmanager
def guess_counted(name: str, address: str | None) -> Iterator[None]:
    """Check a password inside: what raises BadCredentials was a wrong guess, and nothing else.

    ``name`` is in its normal form. While nothing is slowed down, guesses that are checked at the
    same moment may exceed a limit, by no more than the threads that the servers have.

    Raises:
        Throttled: guessing is slowed down, and others were faster.
    """
    limits = _limits(name, address)
    held = _slowing({limit.scope for limit in throttle.full(limits)}, name, address)
    throttle.take(*held)
    try:
        yield
    except BadCredentials:
        throttle.charge(limits)
        raise
    except BaseException:
        throttle.give_back(held)
        raise
    throttle.give_back(held)


def _limits(name: str, address: str | None) -> list[Limit]:
    return [
        Limit("sign-in-pair", f"{throttle_key(address)} {name}"),
        Limit("sign-in-address", throttle_key(address)),
        Limit("sign-in-account", name),
        Limit("sign-in-few", f"{throttle_key(address, _CUSTOMER)} {name}"),
    ]


def _slowing(full: set[str], name: str, address: str | None) -> list[Limit]:
    """The limits in seconds that hold a guess back, by the scopes that are full for it.

    Where the owner has logged in before, only guesses from there at the account itself count.
    """
    pair = Limit("sign-in-pair-slowly", f"{throttle_key(address)} {name}")
    slowing = [pair] if "sign-in-pair" in full else []
    if not full & {"sign-in-address", "sign-in-account"} or _is_known(name, address):
        return slowing
    slowing = [pair]
    if "sign-in-address" in full:
        slowing.append(Limit("sign-in-address-slowly", throttle_key(address)))
    if "sign-in-account" in full:
        slowing.append(Limit("sign-in-account-all", name))
        if "sign-in-few" in full:
            slowing.append(Limit("sign-in-account-slowly", name))
    return slowing


def _is_known(name: str, address: str | None) -> bool:
    return Login.objects.filter(user__name_key=name, ip=address).exists()
