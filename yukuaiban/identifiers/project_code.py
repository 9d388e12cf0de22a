"""投资项目代码 code of a fixed-asset investment project: GB/T 40058-2021, 24 characters with its four dashes.

Now:     2101-500112-04-01-123456   year and month, region, central department, type, 5 random + 1 check
Before:  2020-330327-48-01-167360   year, region, industry, type, serial; valid for the project's whole life

How the check digit is computed is not confirmed, so it is not checked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from yukuaiban.identifiers import text
from yukuaiban.identifiers.errors import IdentifierError, accepts

_SHAPE = re.compile(r"(\d{4})(\d{6})(\d{2})(\d{2})(\d{6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ProjectCode:
    time: str
    region: str
    department: str  # central department; in old codes the industry
    type: str
    serial: str

    @property
    def text(self) -> str:
        return f"{self.time}-{self.region}-{self.department}-{self.type}-{self.serial}"

    def __str__(self) -> str:
        return self.text

    @property
    def is_old(self) -> bool:
        """Whether it is from before GB/T 40058: then the first four digits are a year (2013 on), not year and month."""
        return self.time.startswith("20") and not 1 <= int(self.time[2:]) <= 12


def parse(code: str) -> ProjectCode:
    value = text.compact(code)
    found = _SHAPE.fullmatch(value)
    if not found:
        raise IdentifierError(
            "project_code.shape" if value else "project_code.empty",
            _(
                "项目代码应为 20 位数字，按 4-6-2-2-6 位用短横线隔开，"
                "例如 2101-500112-04-01-123456。请从投资项目在线审批监管平台查得后填写。"
            ),
        )
    project = ProjectCode(*found.groups())
    if not project.is_old and not 1 <= int(project.time[2:]) <= 12:
        raise IdentifierError(
            "project_code.time", _("项目代码前 4 位应为两位年份和两位月份，例如 2101。请核对。"), position=3
        )
    return project


is_valid = accepts(parse)


def mask(code: str) -> str:
    """A public code: shown whole."""
    return code if not is_valid(code) else parse(code).text
