"""Find users by the normal form of their name, which is unique on every database."""

import unicodedata

import accounts.models.user
from django.db import migrations, models


def fill(apps, schema_editor):
    """Where two names were one name all along, the older account keeps it.

    The other one can sign in again once an administrator has given it another name.
    """
    User = apps.get_model("accounts", "User")
    taken = set()
    for user in User.objects.order_by("pk").iterator():
        folded = unicodedata.normalize("NFKC", user.username).casefold()
        key = unicodedata.normalize("NFKC", folded)
        user.name_key = f"{key} {user.pk}" if key in taken else key
        taken.add(key)
        user.save(update_fields=["name_key"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_throttle_count")]

    operations = [
        migrations.RemoveConstraint("user", "user_name_in_any_case"),
        migrations.AlterModelManagers("user", [("objects", accounts.models.user.UserManager())]),
        migrations.AddField(
            "user", "name_key", models.CharField(editable=False, max_length=450, null=True)
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            "user", "name_key", models.CharField(editable=False, max_length=450, unique=True)
        ),
    ]
