"""Packs: read, check, compare, load, publish, export. `yukuaiban pack …` and the start of an instance come here.

problems  what is wrong, with file, line, field, found, expected
files     CSV and YAML with their lines           rows      the shape of each CSV row
pack      a pack in memory, validated             crosscheck  what rows say of each other
desired   the rows the database should hold       changes   how they differ from those it holds
apply     write the difference                    publishing  proposed by one person, published by another
export    the database back as files              excel     service items from a department's .xlsx
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def load_city(report: Callable[[str], None] = lambda line: None, **options: Any) -> Any:
    """Load the pack of this instance's city when it has changed. See publishing.load_city."""
    from yukuaiban.items.loading.publishing import load_city as load

    return load(report, **options)
