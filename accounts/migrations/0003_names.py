"""Call the columns of a login what the field calls them: nothing but their names changes."""

from django.db import migrations

NAMES = {
    "ended_because": "end_reason",
    "spent_jti": "previous_refresh_jti",
    "spent_at": "refreshed_at",
    "spent_by": "refreshed_by",
    "told_at": "replay_notified_at",
}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_blacklist_notify")]

    operations = [
        migrations.RenameField("login", old, new) for old, new in NAMES.items()
    ]
