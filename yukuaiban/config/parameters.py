"""Numbers set by law or by the city: dated, with unit and source, never a literal in code.

One file per parameter, `packs/*/parameters/<name>.yaml`:

    title: {zh: 作出行政许可决定的期限, en: Limit for deciding on a licence}
    unit: working_day
    values:
      2004-07-01: {value: 20, source: 行政许可法 第四十二条第一款}

Each value holds from its date until the next one's. The unit is a unit of time (`UNITS_OF_TIME`) or says what is
counted (`count`, `year_of_life`, `time_of_day`; two hold a table: `days_of_festival`, `body_by_department_kind`). `status: unconfirmed`, beside one value or for the whole file, marks
what was not seen in the text of a law: it is shown as such, and a city sets its own. A city's pack replaces the whole
parameter of the country's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from yukuaiban.config import laws
from yukuaiban.config.now import today
from yukuaiban.config.packs import pack_folders

if TYPE_CHECKING:
    from yukuaiban.calendars.limits import Limit

REVIEWERS = {"government", "superior", "unnamed"}
UNITS_OF_TIME = {"working_day", "calendar_day", "month", "year", "on_the_spot"}


class UnknownParameter(LookupError):
    """There is no such parameter, or none yet on that day."""


class ParameterFileInvalid(ValueError):
    """A parameter file does not hold; one line per error, each with file, line, field, what was found and expected."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A text in Chinese and English."""

    zh: str
    en: str

    def words(self, language: str = "zh") -> str:
        return self.en if language.startswith("en") else self.zh

    def __str__(self) -> str:
        return self.zh


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number as it stands on one day.

    Args:
        name: The file's name.
        title: What it is.
        value: The number (or, for a few, a structure).
        unit: What the number counts.
        source: The article, or the document.
        status: `confirmed` when the text was seen, else `unconfirmed`: keep configurable, show as such.
        since: From which day this value holds.
        note: How it is read, where that is not plain.
    """

    name: str
    title: Pair
    value: Any
    unit: str
    source: str
    status: Literal["confirmed", "unconfirmed"]
    since: date
    note: Pair | None = None

    @property
    def limit(self) -> Limit:
        """The number as a limit that a calendar can count.

        Raises:
            TypeError: The parameter is not a length of time.
        """
        from yukuaiban.calendars.limits import Limit, Unit

        if self.unit not in UNITS_OF_TIME:
            raise TypeError(f"{self.name} is in {self.unit}: it is not a limit")
        return Limit(self.value, Unit(self.unit))


def parameter(name: str, on: date | None = None) -> Parameter:
    """The parameter as it stands on a day, today by default.

    Raises:
        UnknownParameter: No pack has it, or it has no value yet on that day.
        ParameterFileInvalid: Its file does not hold.
    """
    on = on or today()
    history = _history(name)
    for value in reversed(history):
        if value.since <= on:
            return value
    raise UnknownParameter(f"{name} has no value on {on}: the first is of {history[0].since}")


def names() -> list[str]:
    """Every parameter's name."""
    return sorted({path.stem for folder in pack_folders() for path in (folder / "parameters").glob("*.yaml")})


def history(name: str) -> tuple[Parameter, ...]:
    """Every value a parameter has had, oldest first."""
    return _history(name)


def forget() -> None:
    """Read the files anew: after a pack was changed."""
    _history.cache_clear()
    laws.laws.cache_clear()


@cache
def _history(name: str) -> tuple[Parameter, ...]:
    for folder in reversed(pack_folders()):
        path = folder / "parameters" / f"{name}.yaml"
        if path.exists():
            return read_file(path)
    near = get_close_matches(name, names(), 1)
    raise UnknownParameter(f"there is no parameter {name!r}" + (f": did you mean {near[0]!r}?" if near else ""))


def read_file(path: Path) -> tuple[Parameter, ...]:
    """One file's values, oldest first.

    Raises:
        ParameterFileInvalid: All that is wrong with it, at once.
    """
    return read_text(path.read_text(encoding="utf-8"), path)


def read_text(text: str, path: Path) -> tuple[Parameter, ...]:
    """The values in a file's text, oldest first; `path` names it. Raises: ParameterFileInvalid."""
    try:
        content = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise ParameterFileInvalid(f"{path}{line}: not YAML: {getattr(error, 'problem', error)}") from error
    if not re.fullmatch(r"[a-z][a-z0-9_]*", path.stem):
        raise ParameterFileInvalid(f"{path}: a parameter's file name is lower case letters, digits and _")
    try:
        file = _File.model_validate(content)
    except ValidationError as error:
        raise ParameterFileInvalid("\n".join(_lines(path, text, error))) from error
    return _values(path.stem, file)


def _values(name: str, file: _File) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(
            name=name,
            title=Pair(file.title, file.title) if isinstance(file.title, str) else Pair(file.title.zh, file.title.en),
            value=value.value,
            unit=file.unit,
            source=value.source,
            status=value.status or file.status,
            since=since,
            note=Pair(value.note.zh, value.note.en) if value.note else None,
        )
        for since, value in sorted(file.values.items())
    )


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Pair(_Strict):
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class _Value(_Strict):
    value: int | str | dict[str, list[int | str] | str]
    source: str = Field(min_length=2)
    status: Literal["confirmed", "unconfirmed"] | None = None
    note: _Pair | None = None

    @field_validator("source")
    @classmethod
    def _cites(cls, source: str) -> str:
        laws.parse(source)
        return source


class _File(_Strict):
    title: _Pair | str
    unit: str = Field(pattern=r"^[a-z]+(_[a-z]+)*$")
    values: dict[date, _Value] = Field(min_length=1)
    status: Literal["confirmed", "unconfirmed"] = "confirmed"  # of the values that do not say their own

    @model_validator(mode="after")
    def _value_fits_unit(self) -> _File:
        for since, entry in self.values.items():
            value = entry.value
            if self.unit == "time_of_day":
                fits = isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is not None
            elif self.unit == "days_of_festival":
                fits = isinstance(value, dict)
            elif self.unit == "body_by_department_kind":
                fits = isinstance(value, dict) and "otherwise" in value and set(value.values()) <= REVIEWERS
            else:
                fits = isinstance(value, int) and value >= 0 and (self.unit != "on_the_spot" or value == 0)
            if not fits:
                raise ValueError(f"values.{since}.value is {value!r}, which is no {self.unit}")
        return self


def _lines(path: Path, text: str, error: ValidationError) -> list[str]:
    """Each error with the line it stands on; the text is read a second time for that, slowly."""
    tree = YAML(typ="rt").load(text)
    lines = []
    for problem in error.errors():
        node, line, names = tree, 1, []
        for part in problem["loc"]:
            keys = node if isinstance(node, Mapping) else ()
            key = next((key for key in keys if part in (str(key), repr(key))), None)  # pydantic names a date by repr
            names.append(str(part if key is None else key))
            if key is not None:
                line, node = node.lc.key(key)[0] + 1, node[key]
        where = ".".join(names) or "file"
        lines.append(f"{path}:{line}: {where}: found {problem['input']!r}; {problem['msg']}")
    return lines
