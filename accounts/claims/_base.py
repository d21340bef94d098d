"""The contract of a claim: what is said, an experiment, and a verdict that can go either way.

``README.md`` beside this file tells how to add one.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import cleandoc
from typing import ClassVar

from accounts.bench.client import Client, environ, me_path
from accounts.bench.measures.database import statements
from accounts.bench.subjects import Subject, new_user, sign_in
from accounts.claims._evidence import Evidence, Progress, Source, Verdict
from accounts.cluster.control import Control
from accounts.cluster.drills import Stage
from accounts.lab.environment import Environment, environment_for
from accounts.lab.instances import find_strategy, serving
from accounts.models import User
from accounts.strategies import Strategy, strategies
from accounts.tokens.realm import Realm, lab_realm


class Claim(ABC):
    """What is said. Its experiment can come out either way, and a test shows that it can.

    The subclass's docstring says what the experiment does; the page prints it.
    """

    #: Its address. ``short-expiry`` is the class ``ShortExpiry`` in ``short_expiry.py``.
    slug: ClassVar[str]
    #: The sentence, in our words.
    said: ClassVar[str]
    #: Who says it.
    source: ClassVar[Source]
    #: The best that is said against it.
    against: ClassVar[Source]
    #: The sentences that decide, from the numbers that ``judge`` compares with.
    limits: ClassVar[Sequence[str]]
    #: What this experiment cannot tell.
    caveat: ClassVar[str]
    #: Why `/cluster/scale/` has more of the rows that it counts; empty where it counts none.
    on_paper: ClassVar[str] = ""
    #: Whether busy programs beside it change what comes of it: they change times, and no counts.
    needs_quiet: ClassVar[bool] = True
    #: Parts of the cluster that it is played on; none where it needs no cluster. With them its
    #: database is the cluster's PostgreSQL.
    needs: ClassVar[Sequence[str]] = ()
    #: The slug of the attack that shows the same in a visitor's browser, if any.
    attack: ClassVar[str] = ""
    #: Its place in the lists, the smallest first.
    order: ClassVar[int] = 1000
    #: Django's: a template that names a class would make an instance of it.
    do_not_call_in_templates: ClassVar[bool] = True

    @classmethod
    def explanation(cls) -> str:
        """The docstring, for the page; paragraphs are separated by blank lines."""
        return cleandoc(cls.__doc__ or "")

    @abstractmethod
    def run(self, lab: "Laboratory") -> Iterator[Progress | Evidence]:
        """Do the experiment; yields progress, and the evidence last."""

    @abstractmethod
    def judge(self, evidence: Evidence) -> Verdict:
        """The verdict on evidence, and nothing else: the same evidence has the same verdict."""


@dataclass(slots=True)
class Laboratory:
    """What an experiment is given. Its database is its own: what it writes need not be cleared.

    ``share`` is the share of the usual repetitions, less than 1 where a glance is enough;
    ``control`` is the way to the cluster, where one runs.
    """

    share: float = 1.0
    pause: Callable[[float], None] = time.sleep
    control: Control | None = None

    @property
    def stage(self) -> Stage:
        """The cluster, for a claim that needs it.

        Raises:
            LookupError: none runs.
            ClusterAway: it has ended.
        """
        if self.control is None:
            raise LookupError("No cluster runs: make demo CLUSTER=1 starts one")
        return Stage(self.control)

    def number(self, usual: int, *, least: int = 2) -> int:
        """How often to repeat what is usually repeated so often."""
        return max(least, round(usual * self.share))

    def strategy(self, slug: str, realm: Realm | None = None) -> Strategy:
        """The instance that judges the requests of this process; with a realm, one of its own.

        Raises:
            KeyError: no strategy has the slug.
        """
        found = strategies[slug](realm) if realm else find_strategy(slug)
        if found is None:
            raise KeyError(slug)
        return found

    def sign_in(self, slug: str, user: User | None = None, realm: Realm | None = None) -> Subject:
        """A login of a user, else of a new one, without a password's hash."""
        return sign_in(self.strategy(slug, realm), user or new_user())

    def me(self, subject: Subject, client: Client | None = None) -> bytes:
        """Send the request that asks who is signed in; its answer.

        Raises:
            UnexpectedAnswer: it was refused.
        """
        with serving(subject.strategy):
            return (client or Client()).send(environ(me_path(subject.slug), subject.headers))

    def sql_of(self, act: Callable[[], object]) -> int:
        """How many statements an act sends."""
        with statements() as sent:
            act()
        return len(sent)

    @contextmanager
    def environment(self, slug: str, realm: Realm | None = None) -> Iterator[Environment]:
        """A user with the devices A and B, and a thief, who speak HTTP to two server processes."""
        with environment_for(strategies[slug], realm or lab_realm(), pause=self.pause) as found:
            yield found
