"""How far a mandate reaches, as people write and read it: the names of its items beside their codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from yukuaiban.config.errors import Invalid
from yukuaiban.items.models import DirectoryEntry, ServiceItem

Names = Mapping[str, dict[str, str]]


def code_of(line: str) -> str:
    """The code of an item that a person gave by code or by its exact name. Raises: Invalid."""
    line = line.strip()
    entries = DirectoryEntry.objects
    if entries.filter(code=line).exists() or ServiceItem.objects.filter(code=line).exists():
        return line
    code = entries.filter(name_zh=line).values_list("code", flat=True).first()
    if code is None:
        message = _("没有找到事项“{line}”。请按事项页上的名称或编码填写。").format(line=line)
        raise Invalid(message, details={"items": message})
    return str(code)


def names_of(reaches: Iterable[Iterable[str] | None]) -> Names:
    """The name of each item of some mandates by its code, {name_zh, name_en}; a code that is no longer known is itself."""
    codes = {code for reach in reaches if reach is not None for code in reach}
    found = {code: {"name_zh": code, "name_en": code} for code in codes}
    for entry in DirectoryEntry.objects.filter(code__in=codes):
        found[entry.code] = {"name_zh": entry.name_zh, "name_en": entry.name_en}
    for item in ServiceItem.objects.filter(code__in=codes).select_related("entry", "division"):
        place, name_en = item.division, item.entry.name_en
        found[item.code] = {
            "name_zh": f"{item.entry.name_zh}（{place.name_zh}）",
            "name_en": f"{name_en} ({place.name_en or place.name_zh})" if name_en else "",
        }
    return found


def named(reach: Iterable[str] | None, names: Names) -> list[dict[str, str]] | None:
    """The items of one mandate by name; None where it reaches every item."""
    return None if reach is None else [names[code] for code in sorted(reach)]
