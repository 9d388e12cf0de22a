"""A letter to a third party names somebody whom the applicant need not know."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models


def mark(apps: Any, schema_editor: Any) -> None:
    apps.get_model("letters", "Letter").objects.filter(kind="third_party").update(to_third_party=True)


class Migration(migrations.Migration):
    dependencies = [("letters", "0001_letters_of_a_case")]

    operations = [
        migrations.AddField("letter", "to_third_party", models.BooleanField(default=False)),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
