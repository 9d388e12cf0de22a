"""The guide (办事指南) of a service item: its entry's content with what differs, as one object to read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from yukuaiban.items.schema import ItemContent

# What a service item may have other than its entry: where, when and how fast, never what is asked or why.
DIFFERABLE = frozenset(
    {"promised", "online_depth", "visits", "visits_reason", "channels", "scope", "quota", "fees", "questions"}
)


def merge(content: dict[str, Any], differences: dict[str, Any] | None) -> ItemContent:
    """Content with differences laid over it, validated as a whole.

    Raises: ValueError naming a difference that is not allowed; pydantic's ValidationError.
    """
    differences = differences or {}
    if wrong := sorted(set(differences) - DIFFERABLE):
        raise ValueError(f"{', '.join(wrong)}: a service item cannot differ in this; it belongs to the entry")
    return ItemContent.model_validate({**content, **differences})


#: The rules between elements (schema.ItemContent) in the words of an office.
RULES = {
    "promised": gettext_lazy("承诺办结时限不得长于法定办结时限"),
    "online_depth": gettext_lazy("网上办理深度为 4 及以上的，办理形式须含电脑端或移动端"),
    "visits": gettext_lazy("到现场 0 次的，须全程网办（深度 4 及以上）或支持快递"),
    "visits_reason": gettext_lazy("到现场次数大于 0 的，须在指南中写明原因"),
}


def explained(error: ValidationError) -> dict[str, str]:
    """What does not hold in merged content: element -> what is wrong, in words."""
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False):
        message = str(detail["msg"]).removeprefix("Value error, ")
        rule = message.partition(":")[0]
        if rule in RULES and not detail["loc"]:
            found[rule] = str(RULES[rule])
        else:
            found[".".join(map(str, detail["loc"])) or "parts"] = message
    return found


@dataclass(frozen=True, slots=True)
class Guide:
    """All that a person or a program may know of a service item.

    `content` is None for an entry that is in the directory but not worked out: it is shown, not filed.
    """

    service_item_id: int
    code: str
    entry_id: int
    entry_code: str
    item_type: str
    name_zh: str
    name_en: str
    status: str
    level: str
    division: str
    department_id: int
    version_id: int | None
    version: int | None
    differences_id: int | None
    content: ItemContent | None

    def name(self, language: str) -> str:
        """In the asked language; English falls back to the official Chinese name (mark it lang="zh")."""
        return self.name_en if language.startswith("en") and self.name_en else self.name_zh

    @property
    def can_be_filed(self) -> bool:
        return self.content is not None


@lru_cache(maxsize=4096)
def content_of(version_id: int, differences_id: int | None) -> ItemContent:
    """Merged content; both rows are immutable, so the answer never goes stale."""
    from yukuaiban.items.models import Differences, EntryVersion

    content = EntryVersion.objects.values_list("content", flat=True).get(pk=version_id)
    over = None
    if differences_id is not None:
        over = Differences.objects.values_list("content", flat=True).get(pk=differences_id)
    return merge(content, over)
