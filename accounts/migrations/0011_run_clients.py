"""Tell the runs of one address from those of another, to keep a share of each."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_claim_runs'),
    ]

    operations = [
        migrations.AddField(
            model_name='claimrun',
            name='client',
            field=models.CharField(default='', editable=False, help_text='A digest of the address that asked.', max_length=32),
        ),
        migrations.AddField(
            model_name='run',
            name='client',
            field=models.CharField(default='', editable=False, help_text='A digest of the address that asked.', max_length=32),
        ),
        migrations.AddIndex(
            model_name='claimrun',
            index=models.Index(fields=['client', 'created'], name='claim_run_of_client'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['client', 'created'], name='run_of_client'),
        ),
    ]
