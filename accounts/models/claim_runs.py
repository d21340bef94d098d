"""What was played of the claims, and how visitors guessed: counts without names."""

import uuid
from typing import Any

from django.db import connection, models
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils import timezone


class ClaimRunQuerySet(models.QuerySet["ClaimRun"]):
    """Played claims, by whom and when."""

    def newest(self, visitor: uuid.UUID) -> "ClaimRunQuerySet":
        """The newest of each claim that a visitor played."""
        place = Window(RowNumber(), partition_by=[F("claim")], order_by=F("created").desc())
        return self.filter(visitor=visitor).annotate(place=place).filter(place=1)


class ClaimRun(models.Model):
    """An experiment that was played from the page, at an address that stays while it is kept.

    Whoever has the address may read it. No credential is in it: measurements alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visitor = models.UUIDField(editable=False)
    client = models.CharField(
        max_length=32, default="", editable=False, help_text="A digest of the address that asked."
    )
    claim = models.SlugField(max_length=60, db_index=False)
    created = models.DateTimeField(default=timezone.now, db_index=True)
    database = models.CharField(max_length=40)
    played: Any = models.JSONField(help_text="Evidence, verdict, machine, versions and seconds.")

    objects = ClaimRunQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["visitor", "claim", "created"], name="claim_run_of_visitor"),
            models.Index(fields=["client", "created"], name="claim_run_of_client"),
        ]

    def __str__(self) -> str:
        return f"{self.claim} at {self.created:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        """The permanent link."""
        return reverse("claim-run", args=[self.pk])


class ClaimGuesses(models.Model):
    """How many visitors guessed how a claim comes out, and how many of them were wrong."""

    claim = models.SlugField(max_length=60, primary_key=True)
    guesses = models.PositiveIntegerField()
    wrong = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.claim}: {self.wrong} of {self.guesses} wrong"


def guess_count(claim: str, *, is_wrong: bool) -> None:
    """Count one guess. One statement, so that none is lost where two guess at once."""
    table = connection.ops.quote_name(ClaimGuesses._meta.db_table)
    statement = (
        f"INSERT INTO {table} AS known (claim, guesses, wrong) VALUES (%s, 1, %s) "  # noqa: S608
        "ON CONFLICT (claim) DO UPDATE SET guesses = known.guesses + 1, "
        "wrong = known.wrong + excluded.wrong"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [claim, int(is_wrong)])
