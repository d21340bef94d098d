"""What the attack theatre keeps: a play, the logins in its shop, what happened, what was stolen."""

import uuid
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils import timezone


class AttackPlay(models.Model):
    """An attack that one browser plays. Whoever has its address may read what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    visitor = models.UUIDField(editable=False)
    attack = models.SlugField(max_length=60, db_index=False)
    part = models.SlugField(
        max_length=60, blank=True, db_index=False, help_text="The one that is played; empty: all."
    )
    defences = models.JSONField(default=list, help_text="The slugs of those that are on.")
    home = models.CharField(max_length=300, help_text="The origin of the site that began it.")
    browser = models.CharField(max_length=80)
    created = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.attack} at {self.created:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        """The permanent link of its result."""
        return reverse("attack-play", args=[self.pk])

    def has_part(self, part: str) -> bool:
        """Whether a house, an attacker … is played."""
        return self.part in ("", part)

    def seen(self) -> "list[AttackAct]":
        """What the servers saw so far, in its order, without the pages that were opened."""
        return list(self.acts.exclude(name=AttackAct.OPENED).order_by("pk"))


class ShopLogin(models.Model):
    """A login of the shop's throwaway customer. It is worth nothing outside of its play."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    play = models.ForeignKey(AttackPlay, models.CASCADE, related_name="logins")
    house = models.SlugField(max_length=40, db_index=False)
    customer = models.CharField(max_length=20)
    digest = models.UUIDField(null=True, unique=True, help_text="Of its session key, if any.")
    created = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.customer} by {self.house}"


class AttackAct(models.Model):
    """What a server of the theatre saw, in the order of the key. No credential is in it."""

    #: a page of the walk was asked for
    OPENED = "opened-page"

    play = models.ForeignKey(AttackPlay, models.CASCADE, related_name="acts")
    at = models.DateTimeField(default=timezone.now)
    house = models.SlugField(max_length=40, blank=True, db_index=False)
    name = models.SlugField(max_length=40, db_index=False)
    facts: Any = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.name} in {self.house}"


class Loot(models.Model):
    """What the thief's server was sent, kept as a thief keeps it: to be used.

    The one place where a credential is stored: the customer that it belongs to exists for this play
    alone, and it goes with the play's customers, within the hour.
    """

    play = models.ForeignKey(AttackPlay, models.CASCADE, related_name="loot")
    house = models.SlugField(max_length=40, db_index=False)
    created = models.DateTimeField(default=timezone.now, db_index=True)
    found: Any = models.JSONField()

    def __str__(self) -> str:
        return f"loot of {self.house}"
