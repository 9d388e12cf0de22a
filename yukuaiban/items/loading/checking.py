"""A pack that may be used: every file, row and item holds, and what they say of each other too."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yukuaiban.items.loading.crosscheck import crosscheck
from yukuaiban.items.loading.duplicates import too_alike
from yukuaiban.items.loading.pack import Pack, read_files
from yukuaiban.items.loading.problems import PackErrors


def read_pack(files: Mapping[str, bytes], city: str, step: Callable[[int, int], None] = lambda done, of: None) -> Pack:
    """The pack, or every error in it at once.

    Args: As of `pack.read_files`.

    Raises: PackErrors.
    """
    pack, problems = read_files(files, city, step)
    # References are checked among the rows that hold, so that one wrong cell does not hide the other errors.
    problems.extend(crosscheck(pack))
    problems.extend(too_alike(list(pack.items.values())))
    if problems:
        raise PackErrors(problems)
    return pack
