"""The contract of a claim: what is said, an experiment, and a verdict that can go either way."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from inspect import cleandoc
from typing import ClassVar

from accounts.claims._evidence import Evidence, Progress, Source, Verdict
from accounts.claims._laboratory import Laboratory


class Claim(ABC):
    """What is said. Its experiment can come out either way, and a test shows that it can.

    The subclass's docstring says what the experiment does; the page prints it.
    """

    #: Its address. ``short-expiry`` is the class ``ShortExpiry`` in ``short_expiry.py``.
    slug: ClassVar[str]
    #: The sentence, in our words.
    said: ClassVar[str]
    source: ClassVar[Source]
    #: The best that is said against it.
    against: ClassVar[Source]
    #: The sentences that decide, from the numbers that ``judge`` compares with.
    limits: ClassVar[Sequence[str]]
    #: What this experiment cannot tell.
    caveat: ClassVar[str]
    #: Its place in the lists, the smallest first.
    order: ClassVar[int] = 1000
    #: Whether it needs more than one process, which only the cluster has.
    needs_cluster: ClassVar[bool] = False
    #: Django's: a template that names a class would make an instance of it.
    do_not_call_in_templates: ClassVar[bool] = True

    @classmethod
    def explanation(cls) -> str:
        """The docstring, for the page; paragraphs are separated by blank lines."""
        return cleandoc(cls.__doc__ or "")

    @abstractmethod
    def run(self, lab: Laboratory) -> Iterator[Progress | Evidence]:
        """Do the experiment; yields progress, and the evidence last."""

    @abstractmethod
    def judge(self, evidence: Evidence) -> Verdict:
        """The verdict on evidence, and nothing else: the same evidence has the same verdict."""
