"""The table of the cache: counters that all processes share. Unlogged, because nothing in it must survive a crash."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("config", "0001_epochs")]

    operations = [
        migrations.RunSQL(
            """
            CREATE UNLOGGED TABLE cache_row (
                cache_key varchar(255) PRIMARY KEY,
                value text NOT NULL,
                expires timestamptz NOT NULL
            );
            CREATE INDEX cache_row_expires ON cache_row (expires);
            """,
            "DROP TABLE cache_row",
        ),
    ]
