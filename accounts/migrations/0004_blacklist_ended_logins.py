"""Blacklist the tokens of logins that ended before the blacklist alone decided about them."""

from django.db import migrations
from django.utils import timezone


def blacklist(apps, schema_editor):
    Login = apps.get_model("accounts", "Login")
    BlacklistedToken = apps.get_model("accounts", "BlacklistedToken")
    ended = Login.objects.filter(
        strategy="jwt-blacklist-joined", ended_at__isnull=False, expires__gt=timezone.now()
    )
    rows = (
        BlacklistedToken(
            jti=login.pk,
            user_id=login.user_id,
            token_type="login",
            expires_at=login.expires,
            reason=login.end_reason,
        )
        for login in ended.iterator(500)
    )
    BlacklistedToken.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_names")]

    operations = [migrations.RunPython(blacklist, migrations.RunPython.noop)]
