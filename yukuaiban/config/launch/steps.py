"""What happens between a database that answers and the first page: an ordered list of steps."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

Report = Callable[[str], None]


def entry_point(address: str) -> Callable[..., Any] | None:
    """The function `module:name`, or None while the part of the house that brings it is not there."""
    module, name = address.split(":")
    return getattr(import_module(module), name) if find_spec(module) else None


def load_packs(report: Report) -> None:
    """Load the city of YUKUAIBAN_CITY from the packs; unchanged rows are left alone."""
    if load_city := entry_point("yukuaiban.items.loading:load_city"):
        load_city(report=report)
