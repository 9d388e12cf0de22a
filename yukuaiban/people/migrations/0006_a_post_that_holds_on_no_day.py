"""A post that ended on its first day, after something was done from it, stays and holds on no day."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("people", "0005_events_of_posts")]

    operations = [
        migrations.RemoveConstraint("post", "a_post_ends_after_it_begins"),
        migrations.RemoveConstraint("post", "an_officer_takes_a_post_once_on_a_day"),
        migrations.AddConstraint(
            "post",
            models.CheckConstraint(
                name="a_post_does_not_end_before_it_begins",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
        ),
        migrations.AddConstraint(
            "post",
            models.UniqueConstraint(
                fields=["account", "desk", "valid_from"],
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="an_officer_takes_a_post_once_on_a_day",
            ),
        ),
    ]
