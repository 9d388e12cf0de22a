"""What this database was last prepared from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("config", "0002_cache")]

    operations = [
        migrations.CreateModel(
            name="Preparation",
            fields=[
                ("step", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("note", models.CharField(max_length=200)),
                ("done_at", models.DateTimeField()),
            ],
        ),
    ]
