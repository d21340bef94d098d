"""What was played in the lab and measured from the benchmarks' page."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone


class RunQuerySet(models.QuerySet["Run"]):
    """Played scenarios, by whom and when."""

    def newest(self, visitor: uuid.UUID | None) -> "RunQuerySet":
        """The newest of each strategy and event that a visitor played, or that is shared (None).

        In rising order: where an older one was made at the same microsecond as the newest of
        another cell, it comes along, before its own newest. An index alone tells the moments.

        Transcripts are left out: they are long, and only a transcript's own page shows them.
        """
        own = self.filter(visitor=visitor)
        moments = own.values("strategy", "event").annotate(newest=Max("created")).values("newest")
        return own.filter(created__in=moments).order_by("created").defer("transcript")

    def outdated(self) -> "RunQuerySet":
        """Those that may be pruned: their links have promised no more."""
        return self.filter(created__lt=timezone.now() - settings.LAB_RUN_LIFETIME)


class Run(models.Model):
    """A scenario that was played: one cell of the matrix, with the transcript behind it.

    Whoever has its address may read it; only its visitor sees it in the matrix. No credential is in
    it: they are masked when the exchanges are recorded.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visitor = models.UUIDField(null=True, editable=False, help_text="None: shared with everybody.")
    client = models.CharField(
        max_length=32, default="", editable=False, help_text="A digest of the address that asked."
    )
    batch = models.UUIDField(editable=False, help_text="The press of a button that it belongs to.")
    strategy = models.SlugField(max_length=40, db_index=False)
    event = models.SlugField(max_length=40, db_index=False)
    database = models.CharField(max_length=40)
    created = models.DateTimeField(default=timezone.now, db_index=True)
    report = models.JSONField(help_text="Everything measured but the transcript.")
    transcript = models.JSONField(help_text="The exchanges, with their traces.")

    objects = RunQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["visitor", "created"], name="run_of_visitor"),
            models.Index(fields=["visitor", "strategy", "event", "created"], name="run_of_cell"),
            models.Index(fields=["client", "created"], name="run_of_client"),
        ]

    def __str__(self) -> str:
        return f"{self.strategy} × {self.event} at {self.created:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        """The permanent link of its transcript."""
        return reverse("lab-run", args=[self.pk])


class RunTurn(models.Model):
    """A visitor's place in the line of the lab, or the slot that the visitor's run holds.

    ``slot`` is unique and empty while one waits, so the database decides who gets it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visitor = models.UUIDField(editable=False)
    is_long = models.BooleanField(help_text="It plays many cells: those have slots of their own.")
    slot = models.PositiveSmallIntegerField(null=True, unique=True, editable=False)
    queued = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now, help_text="The last sign of life.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visitor", "is_long"], name="run_turn_of_visitor")
        ]

    def __str__(self) -> str:
        return f"waiting since {self.queued:%H:%M:%S}" if self.slot is None else f"slot {self.slot}"


class BenchRunQuerySet(models.QuerySet["BenchRun"]):
    """Benchmarks run from the page."""

    def running(self) -> "BenchRunQuerySet":
        """The one that a process is working on, if any."""
        return self.filter(slot=BenchRun.ONLY, seen__gte=timezone.now() - BenchRun.SILENCE)

    def lost(self) -> "BenchRunQuerySet":
        """Those that hold the slot although their process has been silent for too long."""
        return self.filter(slot=BenchRun.ONLY, seen__lt=timezone.now() - BenchRun.SILENCE)


class BenchRun(models.Model):
    """A short benchmark, started from its page. Two at once would measure each other.

    ``slot`` is 1 while it runs and empty afterwards; being unique, it lets the database decide
    which of two visitors who press the button at once is first.
    """

    ONLY = 1
    SILENCE = timedelta(seconds=60)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slot = models.PositiveSmallIntegerField(null=True, unique=True, editable=False)
    started = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now, help_text="The last sign of life.")
    stage = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=400, blank=True, help_text="Why there is no result.")
    result = models.JSONField(null=True)

    objects = BenchRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started"]

    def __str__(self) -> str:
        return f"benchmark of {self.started:%Y-%m-%d %H:%M}"

    @property
    def is_lost(self) -> bool:
        """Whether it holds the slot although its process has been silent for too long."""
        return self.slot is not None and self.seen < timezone.now() - self.SILENCE

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.slot is None or self.is_lost
