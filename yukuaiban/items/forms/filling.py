"""Answers that the platform already has. Shown, marked with where they come from, and confirmed by the person.

Law: 国务院令第716号 第七条: what can be had by sharing may not be asked for again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yukuaiban.conditions import lookup
from yukuaiban.items.forms.definition import Form
from yukuaiban.items.forms.normal import MISSING, SHAPELESS, Wrong, normal


@dataclass(frozen=True, slots=True)
class Prefilled:
    """`origins`: key of each field that was filled -> the fact that filled it."""

    answers: dict[str, Any]
    origins: dict[str, str]


def prefill(form: Form, sources: Mapping[str, Any], answers: Mapping[str, Any] | None = None) -> Prefilled:
    """Fill what has a `source` and no answer yet. Facts of another shape than the field's fill nothing."""
    found = dict(answers or {})
    origins: dict[str, str] = {}
    for field in form.all_fields():
        if field.source is None or found.get(field.key) not in (None, "", [], {}):
            continue
        value = normal(field, lookup(sources, field.source), Wrong(), field.key)
        if value is not MISSING and value is not SHAPELESS:
            found[field.key] = value
            origins[field.key] = field.source
    return Prefilled(found, origins)
