"""Find a user's last logins, a digest and the newest runs without reading all the others."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F


def refresh_is_a_use(apps, schema_editor):
    """A refresh counts as a use from now on: what was refreshed after its last use was used then."""
    logins = apps.get_model("accounts", "Login").objects
    logins.filter(refreshed_at__gt=F("last_seen")).update(last_seen=F("refreshed_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0014_lesson_rooms'),
    ]

    operations = [
        migrations.RunPython(refresh_is_a_use, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='login',
            name='digest',
            field=models.UUIDField(editable=False, help_text='Of an opaque credential, keyed.', null=True),
        ),
        migrations.AlterField(
            model_name='login',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='logins', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='login',
            index=models.Index(fields=['user', 'ended_at'], name='login_of_user'),
        ),
        migrations.AddIndex(
            model_name='login',
            index=models.Index(condition=models.Q(('ended_at', None)), fields=['user', '-last_seen'], name='login_not_ended'),
        ),
        migrations.AddIndex(
            model_name='login',
            index=models.Index(condition=models.Q(('end_reason', 'replayed'), ('replay_notified_at', None)), fields=['user'], name='login_replay_untold'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['visitor', 'strategy', 'event', 'created'], name='run_of_cell'),
        ),
        migrations.AddConstraint(
            model_name='login',
            constraint=models.UniqueConstraint(condition=models.Q(('digest__isnull', False)), fields=('digest',), name='login_of_digest'),
        ),
    ]
