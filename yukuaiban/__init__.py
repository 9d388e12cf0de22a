"""Yukuaiban (渝快办): a whole city's government services online."""

__version__ = "0.1.0"
