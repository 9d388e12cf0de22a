"""The years of holiday notices of a pack: read by the calendar's own reader, loaded in the same transaction."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from yukuaiban.calendars.notices import NoticesInvalid, NoticeYear, read_folder
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
