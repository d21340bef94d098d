"""SameSite made CSRF tokens obsolete."""

from collections.abc import Iterator, Sequence
from itertools import product

from accounts.attacks.another_sites_form import JARS, PARTIES, WAYS, Jar
from accounts.attacks.stage.guards import DEFENCES
from accounts.attacks.stage.hosts import Party, origin_of
from accounts.attacks.stage.recorded import Recorded
from accounts.claims import (
    Claim,
    Evidence,
    Kind,
    Laboratory,
    Measurement,
    Progress,
    Source,
    Verdict,
)
from accounts.claims._shop import (
    HOME,
    Answer,
    Shop,
    browser_of,
    cookie_header,
    recorded,
    seen,
    shop_open,
    went_well,
)

ATTACK = "another-sites-form"
WRITTEN = [jar for jar in JARS if jar.samesite in ("Lax", "Strict")]
SILENT = [jar for jar in JARS if not jar.samesite]
POSTS = ("form", "fetch")


class SameSiteIsEnough(Claim):
    """Send a shop the orders of other pages, with the cookies that browsers were seen to add.

    Which cookies come along, a browser decides: it was recorded in the attack theatre, for another
    site, another port of the same host and a sibling host, with fresh cookies and with those that
    are two minutes old. Cookies that ask for no protection (SameSite=None) are left out.

    Each recorded POST is then sent once more over HTTP, with the same cookies and with the Origin
    and Sec-Fetch-Site of such a page: to a shop that trusts SameSite alone, and to shops that ask
    for a token, look at Origin, or look at Sec-Fetch-Site. The owner's own form goes to each, too.
    """

    slug = "same-site-is-enough"
    said = "SameSite made CSRF tokens obsolete."
    source = Source(
        "JSPrep",
        "read in 2026",
        "https://jsprep.pro/questions/authentication",
        "A cookie with SameSite=Strict or Lax prevents CSRF.",
    )
    against = Source(
        "OWASP, SameSite",
        "2024",
        "https://owasp.org/www-community/SameSite",
        "Not every browser takes Lax where a cookie says nothing, and it is one layer of several.",
    )
    limits = (
        "Holds where no cookie without SameSite=None comes along with another page's POST.",
        "Does not hold where one that says Lax or Strict comes along with another page's POST.",
        "Depends where only a cookie that says nothing comes along with another page's POST.",
    )
    caveat = (
        "Two browsers, and pages on one machine: ports and sibling hosts of a real site may belong "
        "to nobody else. Links are left out: they matter where a GET changes something."
    )
    needs_quiet = False
    attack = ATTACK
    order = 254

    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        guards = ["", *(one.slug for one in DEFENCES)]
        posts = [*_posts(recorded(ATTACK))]
        let: list[Measurement] = []
        for done, guard in enumerate(guards):
            yield Progress("sending orders", done, len(guards))
            with shop_open(ATTACK, *filter(None, [guard])) as shop:
                login = shop.post("at/jar/")
                ordered = sum(_orders(shop, login, *post) for post in posts)
                own = _own_order(shop, login)
            title = next((one.title for one in DEFENCES if one.slug == guard), "SameSite alone")
            let.append(_count(f"let-{guard}", title, ordered, f"{LET}, of {len(posts)}"))
            let.append(_count(f"own-{guard}", title, own, f"{OWN}, of 1"))
        let.sort(key=lambda one: one.name.startswith("own-"))
        yield Evidence.from_measurements(
            [*_seen("written", WRITTEN), *_seen("silent", SILENT), *let]
        )

    def judge(self, evidence: Evidence) -> Verdict:
        holds, fails, depends = self.limits
        written, silent = (evidence.named(which) for which in ("written", "silent"))
        alone, *guarded = (int(one.median) for one in evidence.named("let-"))
        words = (
            f"{_browsers(written)} browsers were recorded. A cookie with Lax or Strict was sent "
            f"along {_said(written)}; one without SameSite {_said(silent)}. Of those requests, "
            f"{alone} ordered a lamp where the shop trusts SameSite, and {sum(guarded)} where it "
            "asks for more than the cookie."
        )
        if any(one.median for one in written):
            return Verdict(Kind.FAILS, words, fails)
        if any(one.median for one in silent):
            return Verdict(Kind.DEPENDS, words, depends, "It tips with the attribute, written out.")
        return Verdict(Kind.HOLDS, words, holds)


LET = "Other pages' requests that the shop lets order"
OWN = "The owner's own order"
_SITE = {Party.THIEF: "cross-site", Party.NEIGHBOUR: "same-site", Party.SIBLING: "same-site"}


def arrived(one: Recorded, party: Party, kept: str, way: str) -> bool:
    """Whether a login came along with a request of a page, and ordered a lamp, in a browser."""
    row = f"{PARTIES[party].capitalize()}: {kept}"
    return went_well(one, row, WAYS.index(way)) is False


def _posts(found: Sequence[Recorded]) -> Iterator[tuple[Party, Sequence[Jar]]]:
    """Each POST of another page that brought a cookie along, in each browser."""
    for one, party, way in product(found, PARTIES, POSTS):
        jars = [jar for jar in (*SILENT, *WRITTEN) if arrived(one, party, jar.title, way)]
        if jars:
            yield party, jars


def _orders(shop: Shop, login: Answer, party: Party, jars: Sequence[Jar]) -> bool:
    """Send what was recorded; whether the shop lets it order."""
    values = {jar.name(shop.play): login.cookies[jar.name(shop.play)].value for jar in jars}
    told = {"Origin": origin_of(party, HOME), "Sec-Fetch-Site": _SITE[party]}
    shop.post("at/order/?by=form", headers={**cookie_header(values), **told})
    return _is_let(shop)


def _own_order(shop: Shop, login: Answer) -> bool:
    """Send what the shop's own page sends; whether the shop lets it order."""
    told = {"Origin": origin_of(Party.SHOP, HOME), "Sec-Fetch-Site": "same-origin"}
    shop.form("at/order/?by=own", {"csrf": login.body["csrf"]}, {**login.sent_along, **told})
    return _is_let(shop)


def _is_let(shop: Shop) -> bool:
    facts = shop.play.acts.latest("pk").facts
    return bool(facts["arrived"]) and not facts["refused"]


def _seen(which: str, jars: Sequence[Jar]) -> Iterator[Measurement]:
    """How many of some cookies came along, from each page in each browser."""
    what = "with Lax or Strict" if jars is WRITTEN else "without SameSite"
    pages = [(party, "", recorded(ATTACK)) for party in PARTIES]
    # From a neighbour they come along at any age.
    pages.insert(1, (Party.THIEF, ", 2 minutes later", recorded(ATTACK, "two-minutes")))
    group = seen(f"Cookies {what} that come along with a POST, of {len(jars)}", pages[0][2])
    for party, age, found in pages:
        for one in found:
            came = sum(any(arrived(one, party, jar.title, way) for way in POSTS) for jar in jars)
            title = f"{PARTIES[party].capitalize()}{age}: {browser_of(one)}"
            yield _count(
                f"{which}-{party.name}{age}-{browser_of(one)}", title, came, group, "cookies"
            )


def _count(which: str, title: str, number: int, group: str, unit: str = "orders") -> Measurement:
    return Measurement.from_samples(which, [number], group=group, title=title, unit=unit)


def _said(found: Sequence[Measurement]) -> str:
    """From which pages they came along, and in how many browsers."""
    pages = {one.title.partition(":")[0]: 0 for one in found}
    for one in found:
        pages[one.title.partition(":")[0]] += one.median > 0
    return ", ".join(f"by {number or 'none'} from {page.lower()}" for page, number in pages.items())


def _browsers(found: Sequence[Measurement]) -> int:
    return len({one.title.partition(": ")[2] for one in found})
