"""What signed passes no longer count."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0001_people")]

    operations = [
        migrations.CreateModel(
            name="Revocation",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("account_id", models.BigIntegerField()),
                ("session", models.CharField(blank=True, help_text="空值表示所有会话", max_length=16)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddIndex(
            model_name="revocation", index=models.Index(fields=["at"], name="revocations_by_time")
        ),
    ]
