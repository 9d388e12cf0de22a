"""The filters of the work list: read from an address, kept under a name, forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _

from yukuaiban.calendars import Light
from yukuaiban.cases.models import Work
from yukuaiban.config.errors import Invalid, NotFound
from yukuaiban.desk.models import SavedFilter
from yukuaiban.people.actors import Actor

LIGHTS = (Light.RED, Light.YELLOW)
LONGEST_NAME, LONGEST_SEARCH, MOST = 40, 60, 50


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What is shown of the work list: a bucket, a light, words, or only what was handed to one's post."""

    bucket: str | None = None
    light: Light | None = None
    q: str = ""
    mine: bool = False

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> WorkFilter:
        """From an address; what means nothing is left out."""
        bucket, light = given.get("bucket"), given.get("light")
        return cls(
            bucket=bucket if bucket in Work.Bucket.values else None,
            light=next((one for one in LIGHTS if one.value == light), None),
            q=str(given.get("q", ""))[:LONGEST_SEARCH],
            mine=bool(given.get("mine")),
        )

    @property
    def query(self) -> str:
        """As it stands in an address."""
        pairs = {
            "bucket": self.bucket or "",
            "light": self.light.value if self.light else "",
            "q": self.q,
            "mine": "1" if self.mine else "",
        }
        return urlencode({key: value for key, value in pairs.items() if value})

    def but(self, **changes: Any) -> str:
        """The same with something else in it: what a link to the neighbouring filter holds."""
        return replace(self, **changes).query


def of(by: Actor) -> list[SavedFilter]:
    """One's own, by name."""
    return list(SavedFilter.objects.filter(account_id=by.account()))


def read_saved(saved: SavedFilter) -> WorkFilter:
    return WorkFilter.read(dict(parse_qsl(saved.query)))


def filter_save(*, name: str, wanted: WorkFilter, by: Actor) -> tuple[SavedFilter, bool]:
    """Keep filters under a name; what the name stood for before is replaced. Also whether the name is new.

    Raises: Invalid without a name, or with fifty already.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        message = _("筛选的名称须为 1 到 {n} 个字。").format(n=LONGEST_NAME)
        raise Invalid(message, details={"fields": {"name": message}})
    others = SavedFilter.objects.filter(account_id=by.account()).exclude(name=name)
    if others.count() >= MOST:
        raise Invalid(_("最多保存 {n} 个筛选。请先删除不用的。").format(n=MOST))
    return SavedFilter.objects.update_or_create(account_id=by.account(), name=name, defaults={"query": wanted.query})


def filter_forget(*, filter_id: int, by: Actor) -> None:
    """Raises: NotFound for what is not one's own."""
    done, _by_model = SavedFilter.objects.filter(account_id=by.account(), pk=filter_id).delete()
    if not done:
        raise NotFound(_("没有这个筛选，或它已被删除。"))
