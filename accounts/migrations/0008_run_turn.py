"""Add the line of those who wait to play scenarios in the lab."""

import uuid

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_login_password_at")]

    operations = [
        migrations.CreateModel(
            name="RunTurn",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("visitor", models.UUIDField(editable=False)),
                (
                    "is_long",
                    models.BooleanField(
                        help_text="It plays many cells: those have slots of their own."
                    ),
                ),
                (
                    "slot",
                    models.PositiveSmallIntegerField(editable=False, null=True, unique=True),
                ),
                ("queued", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "seen",
                    models.DateTimeField(
                        default=django.utils.timezone.now, help_text="The last sign of life."
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("visitor", "is_long"), name="run_turn_of_visitor"
                    )
                ],
            },
        ),
    ]
