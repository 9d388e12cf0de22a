"""The answers of a sample person to the residence permit: tests file with them, benchmarks measure with them."""

from __future__ import annotations

from typing import Any

RESIDENCE: dict[str, Any] = {
    "kind": "first",
    "registered_at": "四川省广安市广安区",
    "home": {"division": "500103001", "detail": "示例路 1 号"},
    "lived_since": "2024-05-01",
    "ground": "school",
    "school": "示例大学",
    "paper": False,
}
