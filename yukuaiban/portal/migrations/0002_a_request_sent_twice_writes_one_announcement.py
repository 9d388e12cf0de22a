from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal', '0001_announcements'),
    ]

    operations = [
        migrations.AddField(
            model_name='announcement',
            name='idempotency_key',
            field=models.CharField(blank=True, editable=False, max_length=100, null=True, unique=True),
        ),
    ]
