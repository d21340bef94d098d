"""Add the runs of claims, and the counts of guesses."""

import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0009_login_rotation'),
    ]

    operations = [
        migrations.CreateModel(
            name='ClaimGuesses',
            fields=[
                ('claim', models.SlugField(max_length=60, primary_key=True, serialize=False)),
                ('guesses', models.PositiveIntegerField()),
                ('wrong', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='ClaimRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('visitor', models.UUIDField(editable=False)),
                ('claim', models.SlugField(db_index=False, max_length=60)),
                ('created', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('database', models.CharField(max_length=40)),
                ('played', models.JSONField(help_text='Evidence, verdict, machine, versions and seconds.')),
            ],
            options={
                'indexes': [models.Index(fields=['visitor', 'claim', 'created'], name='claim_run_of_visitor')],
            },
        ),
    ]
