"""Which rows name a file. A model says so by using `FileDigestField`; a table without a model with `declare`."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection, models

_declared: set[tuple[str, str]] = set()


class FileDigestField(models.CharField):  # type: ignore[type-arg]
    """The digest of a stored file; as long as a row holds it, the file stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 64
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs


def declare(table: str, column: str) -> None:
    """Say that a column of a table without a model names files."""
    _declared.add((table, column))


def referenced(digests: list[str]) -> set[str]:
    """Those of the digests that some row names."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for table, column in sorted(_places()):
            quoted = connection.ops.quote_name(column)
            cursor.execute(
                f"SELECT DISTINCT {quoted} FROM {connection.ops.quote_name(table)} WHERE {quoted} = ANY(%s)",  # noqa: S608
                [digests],
            )
            found.update(row[0] for row in cursor.fetchall())
    return found


def _places() -> set[tuple[str, str]]:
    fields = (
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if isinstance(field, FileDigestField) and field.column and model._meta.managed
    )
    return {*_declared, *fields}
