"""Remember which tokens were spent and whether the live pair was seen, not who spent the last one.

A pair from before counts as seen: its access token does not name it, so nobody could tell.
"""

from django.db import migrations, models


def keep_parents(apps, schema_editor):
    """Carry over the refresh token that each login spent last."""
    Login = apps.get_model("accounts", "Login")
    refreshed = Login.objects.filter(ended_at=None, previous_refresh_jti__isnull=False)
    batch = []
    for login in refreshed.only("previous_refresh_jti", "refreshed_at").iterator():
        at = round(login.refreshed_at.timestamp() * 1000)
        login.spent = [[login.previous_refresh_jti.hex, at]]
        batch.append(login)
        if len(batch) == 500:
            Login.objects.bulk_update(batch, ["spent"])
            batch = []
    Login.objects.bulk_update(batch, ["spent"])


def restore_parents(apps, schema_editor):
    """The way back: the last one of each list."""
    for login in apps.get_model("accounts", "Login").objects.exclude(spent=[]).iterator():
        login.previous_refresh_jti = login.spent[-1][0]
        login.save(update_fields=["previous_refresh_jti"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_run_turn")]

    operations = [
        migrations.AddField(
            "login",
            "pair_seen",
            models.BooleanField(
                default=True,
                editable=False,
                help_text="Whether a token of the live pair was ever sent.",
            ),
        ),
        migrations.AddField(
            "login",
            "spent",
            models.JSONField(
                default=list,
                editable=False,
                help_text="Refresh tokens spent within the grace: jti and epoch milliseconds of "
                "each. The last one stays: it is the parent of the live one.",
            ),
        ),
        migrations.RunPython(keep_parents, restore_parents),
        migrations.RemoveField("login", "previous_refresh_jti"),
        migrations.RemoveField("login", "refreshed_by"),
    ]
