"""What the retention table takes of materials besides what goes with its case: unused documents, and who looked."""

from __future__ import annotations

from typing import Any

from django.db import models

from yukuaiban.config import retention
from yukuaiban.materials.models import Material, MaterialRead


def _of_free_cases(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    return rows.exclude(use__subject__in=list(retention.held()))


def register() -> None:
    rows, delete = retention.rows_of, retention.delete_rows
    retention.register(
        retention.Kind("upload", rows(Material, "uploaded_at", "upload", uses__isnull=True), delete(Material)),
        retention.Kind(
            "access_log/material", rows(MaterialRead, "at", "access_log"), delete(MaterialRead), _of_free_cases
        ),
    )
