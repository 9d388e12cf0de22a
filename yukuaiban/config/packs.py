"""Where packs lie and in which order they speak: what holds in the whole country first, then the city."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent.parent
COUNTRY = "china"


def packs_dir() -> Path:
    """The folder of packs; readable before Django's settings are loaded, so that a command needs no database."""
    if settings.configured:
        return Path(settings.PACKS_DIR)
    return Path(os.environ.get("YUKUAIBAN_PACKS") or ROOT / "packs").expanduser().absolute()


def pack_folders() -> list[Path]:
    """The packs this instance reads, the country's first; a later one may replace what an earlier one says."""
    city = settings.CITY if settings.configured else os.environ.get("YUKUAIBAN_CITY", "chongqing")
    names = [COUNTRY, city] if city != COUNTRY else [COUNTRY]
    return [folder for name in names if (folder := packs_dir() / name).is_dir()]


def table(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of the packs, the country's before the city's; empty where no pack has it."""
    rows: list[dict[str, str]] = []
    for folder in pack_folders():
        if (path := folder / name).is_file():
            with path.open(encoding="utf-8", newline="") as file:
                rows += csv.DictReader(file)
    return rows
