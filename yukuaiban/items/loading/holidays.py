"""Years of holiday notices: of a pack, loaded in its transaction, or proposed alone. One reader for both: the calendar's.

A year that an editor proposes is kept as the two files that a pack would have of it, `2027.csv` and `2027.yaml`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from yukuaiban.calendars.errors import NoticesRefused
from yukuaiban.calendars.notices import NoticesInvalid, NoticeYear, read_folder, read_year, year_files
from yukuaiban.items.loading.problems import Problem


def years_of(files: Mapping[str, bytes], layers: list[str], problems: list[Problem]) -> list[NoticeYear]:
    """The years that the files list; a later layer's file for a year stands in the place of an earlier one's."""
    years: dict[int, NoticeYear] = {}
    with tempfile.TemporaryDirectory(prefix="yukuaiban-holidays-") as place:
        for layer in layers:
            folder = Path(place) / layer
            folder.mkdir()
            for name, content in files.items():
                if name.startswith(f"{layer}/holidays/"):
                    (folder / Path(name).name).write_bytes(content)
            try:
                years.update({year.year: year for year in read_folder(folder)})
            except NoticesInvalid as problem:
                for error in problem.errors:
                    file = f"{layer}/holidays/{error.file}"
                    found, expected = f"“{error.found}”", error.expected.en
                    problems.append(Problem(file, error.line, error.field, found, expected))
    return [years[year] for year in sorted(years)]


def years_in(files: Mapping[str, bytes]) -> list[NoticeYear]:
    """The years of a proposal. Raises: NoticesRefused."""
    with tempfile.TemporaryDirectory(prefix="yukuaiban-holidays-") as place:
        for name, content in files.items():
            (Path(place) / Path(name).name).write_bytes(content)
        try:
            return read_folder(Path(place))
        except NoticesInvalid as problem:
            raise NoticesRefused(problem.errors) from problem


def year_in(name: str, content: bytes, year: int, notices: bytes = b"") -> NoticeYear:
    """The year that a file lists.

    Args:
        name: What the file is called, for its errors; how it ends says what it is.
        notices: The YAML that names the notices; empty where the rows do.

    Raises: NoticesRefused.
    """
    with tempfile.TemporaryDirectory(prefix="yukuaiban-holidays-") as place:
        path = Path(place) / Path(name).name
        path.write_bytes(content)
        if notices:
            path.with_suffix(".yaml").write_bytes(notices)
        try:
            return read_year(path, year)
        except NoticesInvalid as problem:
            raise NoticesRefused(problem.errors) from problem


def files_of_year(year: NoticeYear) -> dict[str, bytes]:
    """As a proposal keeps a year."""
    return {f"holidays/{name}": content for name, content in year_files(year).items()}
