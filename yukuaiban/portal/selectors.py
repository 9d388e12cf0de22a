"""What the portal reads beside the catalogue; kept by each process until an epoch changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yukuaiban.config import epochs
from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import now
from yukuaiban.config.packs import table
from yukuaiban.config.paging import newest
from yukuaiban.design.navigation import Banner
from yukuaiban.portal.models import Announcement, Maintenance


@dataclass(frozen=True, slots=True)
class Topic:
    """A theme or a life event by which entries are grouped."""

    code: str
    name_zh: str
    name_en: str
    audience: str

    def name(self, language: str) -> str:
        return self.name_en if language.startswith("en") else self.name_zh


@lru_cache(maxsize=2)
def topics(kind: str) -> dict[str, Topic]:
    """Topics in the pack's order. Args: kind: themes | life_events."""
    return {r["code"]: Topic(r["code"], r["name_zh"], r["name_en"], r["audience"]) for r in table(f"{kind}.csv")}


def _shown(at: datetime) -> list[Announcement]:
    """Announcements that are published and not withdrawn, current or future ones among them."""
    rows = _announcements(epochs.current().settings)
    return [a for a in rows if a.starts_at <= at and (a.ends_at is None or a.ends_at > at)]


@lru_cache(maxsize=1)
def _announcements(_epoch: int) -> list[Announcement]:
    return list(Announcement.objects.filter(published_at__isnull=False, withdrawn_at__isnull=True)[:200])


def announcements(most: int = 5) -> list[Announcement]:
    return _shown(now())[:most]


def announcement(pk: int) -> Announcement:
    """A published announcement. Raises NotFound."""
    found = Announcement.objects.filter(
        Q(pk=pk), published_at__isnull=False, withdrawn_at__isnull=True, starts_at__lte=now()
    ).first()
    if found is None:
        raise NotFound("")
    return found


def written(*, after: int | None = None, size: int = 20) -> tuple[list[Announcement], int | None]:
    """All that was ever written, newest first, for the desk."""
    rows = Announcement.objects.select_related("written_by__party", "published_by__party")
    return newest(rows, after=after, size=size)


def written_one(pk: int) -> Announcement:
    """Any announcement, for the desk. Raises NotFound."""
    found = Announcement.objects.select_related("written_by__party", "published_by__party").filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有这条公告。"))
    return found


def banners(request: HttpRequest) -> list[Banner]:
    """Outages and maintenance above every page."""
    from django.urls import reverse
    from django.utils.translation import get_language

    language = get_language() or "zh"
    found = [
        Banner("warn", a.title(language), reverse("portal:announcement", args=[a.pk]))
        for a in _shown(now())
        if a.kind == Announcement.Kind.OUTAGE
    ]
    if (closed := maintenance()) is not None:
        why = closed.reason_en if language.startswith("en") else closed.reason_zh
        found.insert(0, Banner("warn", _("系统维护中，可以查看，暂时不能提交：%(why)s") % {"why": why}))
    return found


def maintenance() -> Maintenance | None:
    """The maintenance that is on, if any."""
    try:
        return _maintenance(epochs.current().settings)
    except epochs.Stale:
        return _running()


@lru_cache(maxsize=1)
def _maintenance(_epoch: int) -> Maintenance | None:
    return _running()


def _running() -> Maintenance | None:
    return Maintenance.objects.filter(ended_at__isnull=True).first()
