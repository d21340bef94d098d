"""Make the blacklist anew: a change of types would leave its columns in the order of before."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.fields


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_login_spent_by'),
    ]

    operations = [
        migrations.DeleteModel('BlacklistedToken'),
        migrations.CreateModel(
            name='BlacklistedToken',
            fields=[
                ('jti', models.UUIDField(primary_key=True, serialize=False)),
                ('expires_at', models.DateTimeField()),
                ('blacklisted_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('token_type', accounts.fields.CodedField(choices=[('access', 'access'), ('refresh', 'refresh'), ('login', 'login')], codes={'access': 1, 'login': 3, 'refresh': 2}, default='access')),
                ('reason', accounts.fields.CodedField(choices=[('logged-out', 'logged out'), ('elsewhere', 'ended from another device'), ('everywhere', 'logged out everywhere'), ('password', 'password changed'), ('reset', 'password reset by staff'), ('replayed', 'refresh token replayed'), ('disabled', 'account disabled'), ('staff', 'ended by staff')], codes={'disabled': 7, 'elsewhere': 2, 'everywhere': 3, 'logged-out': 1, 'password': 4, 'replayed': 6, 'reset': 5, 'staff': 8})),
                ('user', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
