"""Read the catalogue."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from yukuaiban.config import epochs
from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import today
from yukuaiban.config.packs import table
from yukuaiban.items.elements import Element, statuses
from yukuaiban.items.guide import Guide, content_of
from yukuaiban.items.index import Entry, Index
from yukuaiban.items.models import DirectoryEntry, EntryVersion, ItemFigures, ServiceItem
from yukuaiban.items.schema import Renewal, Status
from yukuaiban.places.models import Department
from yukuaiban.places.selectors import city


def in_force(on: date | None = None) -> QuerySet[ServiceItem]:
    """Service items that a person can be shown on a day (default today)."""
    day = on or today()
    return ServiceItem.objects.filter(
        Q(effective_from__isnull=True) | Q(effective_from__lte=day),
        Q(effective_until__isnull=True) | Q(effective_until__gt=day),
        state=ServiceItem.State.ACTIVE,
    )


def guide(code: str) -> Guide:
    """The guide of a service item by its code, as in force today. Raises NotFound."""
    return _guide(in_force().filter(code=code))


def guide_by_id(service_item_id: int) -> Guide:
    """The guide by id, whatever its state: a case keeps its item even after the item is cancelled. Raises NotFound."""
    return _guide(ServiceItem.objects.filter(pk=service_item_id))


def guide_at(service_item_id: int, version_id: int, differences_id: int | None) -> Guide:
    """The guide as it stood in a given version: what a filed case was asked by."""
    current = guide_by_id(service_item_id)
    number = EntryVersion.objects.values_list("number", flat=True).get(pk=version_id)
    return replace(
        current,
        version_id=version_id,
        version=number,
        differences_id=differences_id,
        content=content_of(version_id, differences_id),
    )


def _guide(rows: QuerySet[ServiceItem]) -> Guide:
    row = rows.values_list(
        "pk", "code", "entry_id", "entry__code", "entry__item_type", "entry__name_zh", "entry__name_en", "entry__status",
        "level", "division_id", "department_id", "entry__current_version_id", "entry__current_version__number",
        "differences_id",
    ).first()  # fmt: skip
    if row is None:
        raise NotFound(_("没有这个事项，或它已停办。请从首页搜索。"))
    version_id, differences_id = row[11], row[13]
    content = content_of(version_id, differences_id) if version_id else None
    return Guide(*row, content=content)


def offered_by(entry_code: str, on: date | None = None) -> QuerySet[ServiceItem]:
    """All service items of an entry in force, city first, then by division."""
    return (
        in_force(on)
        .filter(entry__code=entry_code)
        .select_related("division", "department")
        .order_by(F("level"), "division_id")
    )


def catalogue() -> Index:
    """The whole directory, searchable; kept by each process until the catalogue changes."""
    return _catalogue(epochs.current().catalogue)


@lru_cache(maxsize=1)
def _catalogue(_epoch: int) -> Index:
    kinds = {d.kind: d for d in Department.objects.filter(division__kind="city")}
    here = city().name_zh if kinds else ""
    former: dict[str, list[str]] = defaultdict(list)
    for row in table("former_names.csv"):
        former[row["kind"]].append(row["name_zh"])
    rows = []
    for entry in DirectoryEntry.objects.select_related("current_version").order_by("code"):
        content = entry.current_version.content if entry.current_version else None
        body = kinds.get(entry.department_kind)
        promised = content["promised"] if content else None
        summary = content["summary"] if content else {"zh": "", "en": ""}
        rows.append(
            Entry(
                id=entry.pk,
                code=entry.code,
                name_zh=entry.name_zh,
                name_en=entry.name_en,
                item_type=entry.item_type,
                department_kind=entry.department_kind,
                department_zh=body.short_zh if body else "",
                department_en=body.short_en or body.name_en if body else "",
                department_name=body.name_zh.partition(here)[2] or body.name_zh if body else "",
                department_former=tuple(former[entry.department_kind]),
                levels=entry.levels,
                audience=tuple(entry.audience),
                themes=tuple(entry.themes),
                life_events=tuple(entry.life_events),
                keywords=(*entry.keywords, *(content.get("keywords", ()) if content else ())),
                summary_zh=summary["zh"],
                summary_en=summary["en"],
                online=content is not None,
                status=entry.status,
                promised_days=promised["value"] if promised and promised["unit"] == "working_day" else None,
                visits=content["visits"] if content else None,
            )
        )
    return Index(rows)


def offered_in(division: str) -> frozenset[str]:
    """Codes of the entries that are done in one division, by its own departments, today."""
    return _offered_in(division, today(), epochs.current().catalogue)


@lru_cache(maxsize=64)
def _offered_in(division: str, on: date, _epoch: int) -> frozenset[str]:
    return frozenset(in_force(on).filter(division=division).values_list("entry__code", flat=True))


def entry_of(code: str) -> DirectoryEntry:
    """A directory entry by code. Raises NotFound."""
    entry = DirectoryEntry.objects.select_related("current_version").filter(code=code).first()
    if entry is None:
        raise NotFound(_("没有这个事项，或它已停办。请从首页搜索。"))
    return entry


@lru_cache(maxsize=1)
def _slugs(_epoch: int) -> dict[str, str]:
    rows = DirectoryEntry.objects.filter(current_version__isnull=False).values_list(
        "current_version__content__slug", "code"
    )
    return dict(rows)


def entry_codes_by_slug() -> dict[str, str]:
    """Slug of a worked-out item -> code of its directory entry."""
    return _slugs(epochs.current().catalogue)


@lru_cache(maxsize=1)
def _renewals(_epoch: int) -> dict[str, list[tuple[int, Renewal]]]:
    found: dict[str, list[tuple[int, Renewal]]] = defaultdict(list)
    rows = DirectoryEntry.objects.filter(current_version__content__renewal__licence_type__isnull=False)
    for pk, renewal in rows.order_by("code").values_list("pk", "current_version__content__renewal"):
        parsed = Renewal.model_validate(renewal)
        found[parsed.licence_type].append((pk, parsed))
    return dict(found)


def renewed_by(licence_type: str, department_id: int) -> tuple[str, Renewal] | None:
    """The code of the service item by which a department renews its licences of a type, and the item's rules for it."""
    for entry_id, renewal in _renewals(epochs.current().catalogue).get(licence_type, ()):
        code = in_force().filter(entry=entry_id, department=department_id).values_list("code", flat=True).first()
        if code is not None:
            return code, renewal
    return None


def department_of(guide: Guide) -> Department:
    """The department that does it."""
    return Department.objects.get(pk=guide.department_id)


MIN_CASES_FOR_REAL_TIME = 30  # below it an average says more about single cases than about the item


@dataclass(frozen=True, slots=True)
class RealTime:
    """What an item really took, in working days, over its last decided cases."""

    median: int
    cases: int


def real_time(guide: Guide) -> RealTime | None:
    """What it really took where thirty cases or more say so; else None.

    The engine writes the figures (it knows the cases); this floor only reads them.
    """
    found = ItemFigures.objects.filter(entry_id=guide.entry_id, division_id=guide.division).first()
    if found is None or found.decided < MIN_CASES_FOR_REAL_TIME:
        return None
    return RealTime(found.median_days, found.decided)


def elements_of(guide: Guide) -> list[tuple[Element, Status]]:
    """Each element of the national standard with its status for this item."""
    return statuses(guide)
