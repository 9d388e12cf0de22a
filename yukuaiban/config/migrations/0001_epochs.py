"""The one row of epochs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Epochs",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("catalogue", models.BigIntegerField(default=0)),
                ("revocations", models.BigIntegerField(default=0)),
                ("settings", models.BigIntegerField(default=0)),
            ],
            options={"db_table": "epochs"},
        ),
        migrations.AddConstraint(
            model_name="epochs",
            constraint=models.CheckConstraint(condition=models.Q(("id", 1)), name="there_is_one_row_of_epochs"),
        ),
        migrations.RunSQL("INSERT INTO epochs (id, catalogue, revocations, settings) VALUES (1, 0, 0, 0)",
                          "DELETE FROM epochs"),
    ]
