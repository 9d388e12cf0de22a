"""What the house itself keeps in the database: the epochs."""

from __future__ import annotations

from yukuaiban.config.epochs import Epochs

__all__ = ["Epochs"]
