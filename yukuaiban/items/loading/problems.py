"""What is wrong with a pack: every error at once, each with file, line, field, what was found and what is expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from yukuaiban.config.errors import DomainError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to put right. `line` counts from 1, as editors do; 0 means the file as a whole."""

    file: str
    line: int
    field: str
    found: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        field = f" {self.field}:" if self.field else ""
        return f"{where}:{field} found {self.found}; expected {self.expected}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def quoted(value: Any) -> str:
    """A found value as it is shown: short, and in quotation marks so that an empty one can be seen."""
    text = "nothing" if value is None else str(value)
    if value is None:
        return text
    return f"“{text if len(text) <= 60 else text[:57] + '…'}”"


class PackErrors(DomainError):
    """The pack cannot be loaded. `problems` holds all of them, in the order of files and lines."""

    code: ClassVar[str] = "pack.errors"
    status: ClassVar[int] = 422

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__(
            "\n".join(str(problem) for problem in self.problems),
            details={"problems": [problem.as_json() for problem in self.problems]},
        )
