"""What is read of places. Divisions live in each process's memory: 12,000 rows that change a few times a year."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from django.db import connection
from django.utils.translation import gettext as _

from yukuaiban.calendars.selectors import current
from yukuaiban.config import epochs
from yukuaiban.config.errors import NotFound
from yukuaiban.config.now import today
from yukuaiban.config.parameters import parameter
from yukuaiban.places.hours import openings_on
from yukuaiban.places.models import DISTRICT_KINDS, Department, Division, DivisionKind, Hall, RowStatus


@dataclass(frozen=True, slots=True)
class Place:
    """A division as it is remembered: what forms, pages and filters need of it."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    parent: str | None
    valid_from: date | None
    valid_until: date | None
    status: str

    def name(self, locale: str = "zh") -> str:
        """The name in a language; Chinese where there is no English one."""
        return (self.name_en or self.name_zh) if locale.startswith("en") else self.name_zh

    def is_valid(self, on: date) -> bool:
        """Whether the division exists on a day. One that only an unconfirmed source knows does not (ADR 0040)."""
        if self.status == RowStatus.UNCONFIRMED:
            return False
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on < self.valid_until
        )


@dataclass(frozen=True, slots=True)
class _Memory:
    read_from: tuple[str, int]  # the database and its catalogue epoch
    places: dict[str, Place]
    children: dict[str, tuple[str, ...]]


class DivisionIndex:
    """The divisions in memory, read again when the catalogue has moved on.

    Also what forms call their resolver of addresses: `children`, `name`, `path`, `exists`.
    """

    def __init__(self) -> None:
        self._memory: _Memory | None = None
        self._lock = threading.Lock()

    def clear(self) -> None:
        self._memory = None

    def _current(self) -> _Memory:
        now = (str(connection.settings_dict["NAME"]), epochs.current().catalogue)
        memory = self._memory
        if memory is None or memory.read_from != now:
            with self._lock:
                memory = self._memory
                if memory is None or memory.read_from != now:
                    memory = self._memory = _read(now)
        return memory

    def get(self, code: str) -> Place | None:
        return self._current().places.get(code)

    def exists(self, code: str, on: date | None = None) -> bool:
        place = self.get(code)
        return place is not None and place.is_valid(on or today())

    def children(self, code: str | None = None, on: date | None = None) -> list[Place]:
        """The divisions right below one (below nothing: the city itself), as they stand on a day."""
        memory = self._current()
        day = on or today()
        found = (memory.places[c] for c in memory.children.get(code or "", ()))
        return [place for place in found if place.is_valid(day)]

    def name(self, code: str, locale: str = "zh") -> str:
        """The name of one division; the bare code when it is unknown, as old documents may carry abolished codes."""
        place = self.get(code)
        return place.name(locale) if place else code

    def path(self, code: str) -> list[Place]:
        """From the city down to this division; empty when it is unknown."""
        memory = self._current()
        found: list[Place] = []
        place = memory.places.get(code)
        while place is not None:
            found.append(place)
            place = memory.places.get(place.parent) if place.parent else None
        return found[::-1]

    def full_name(self, code: str, locale: str = "zh") -> str:
        """重庆市渝中区解放碑街道, or from small to large with commas in English."""
        names = [place.name(locale) for place in self.path(code)]
        if not names:
            return code
        return ", ".join(reversed(names)) if locale.startswith("en") else "".join(names)

    def districts(self, on: date | None = None) -> list[Place]:
        """The districts and counties that stand on a day, in the order of their codes."""
        day = on or today()
        return [place for place in self.children(city().code, day) if place.kind in DISTRICT_KINDS]


def _read(read_from: tuple[str, int]) -> _Memory:
    rows = Division.objects.order_by("code").values_list(
        "code", "name_zh", "name_en", "kind", "parent_id", "valid_from", "valid_until", "status"
    )
    places = {row[0]: Place(*row) for row in rows.iterator(chunk_size=5000)}
    children: dict[str, list[str]] = {}
    for place in places.values():
        children.setdefault(place.parent or "", []).append(place.code)
    return _Memory(read_from, places, {parent: tuple(codes) for parent, codes in children.items()})


DIVISIONS = DivisionIndex()
children, name, path, full_name = DIVISIONS.children, DIVISIONS.name, DIVISIONS.path, DIVISIONS.full_name
current_districts = DIVISIONS.districts


def city() -> Place:
    """The city that this instance serves: the one division without a parent."""
    return DIVISIONS.children(None)[0]


def departments_of(division: str) -> list[Department]:
    """The departments of the city or of one district, in the order of their codes."""
    return list(Department.objects.filter(division_id=division).order_by("code"))


def counterpart(kind: str, division: str) -> Department | None:
    """The department of a kind in a division: 公安 in 渝中区 is 渝中区公安分局."""
    return Department.objects.filter(kind=kind, division_id=division).first()


def review_body(department: Department, on: date, locale: str = "zh") -> str:
    """The body that reviews (复议) a department's decisions of that day, by name; empty where we do not know it.

    Law: 行政复议法 第二十四条第一款 (the people's government of the same level), 第二十七条 (the superior department);
    it is told with every decision against somebody (行政复议法实施条例 第十七条).
    """
    by_kind = parameter("review_bodies", on).value
    place = DIVISIONS.get(department.division_id)
    has_government = place is not None and place.kind in (DivisionKind.CITY, *DISTRICT_KINDS)
    match by_kind.get(department.kind, by_kind["otherwise"]):
        case "superior":
            above = department.parent
            return (above.name_en if locale.startswith("en") else above.name_zh) if above else ""
        case "government" if has_government:
            where = DIVISIONS.full_name(department.division_id, locale)
            return f"the People's Government of {where}" if locale.startswith("en") else f"{where}人民政府"
        case _:
            return ""


def halls_of(divisions: Iterable[str] | None = None, on: date | None = None) -> list[Hall]:
    """The halls open to the public, the city's own first."""
    day = on or today()
    halls = Hall.objects.select_related("division").prefetch_related("hours")
    if divisions is not None:
        halls = halls.filter(division_id__in=list(divisions))
    return sorted(
        (h for h in halls if (h.valid_from or day) <= day and (h.valid_until is None or day < h.valid_until)),
        key=lambda h: (len(h.division_id.rstrip("0")), h.code),
    )


def hall_by_code(code: str) -> Hall:
    """One hall. Raises NotFound."""
    hall = Hall.objects.select_related("division").prefetch_related("hours").filter(code=code).first()
    if hall is None:
        raise NotFound(_("没有这个政务服务大厅。请从大厅列表中选择。"))
    return hall


def hall_serving(division: str, on: date | None = None) -> Hall | None:
    """The hall of a division, else of the nearest division above it: a town's people go to the district's."""
    for place in reversed(path(division)):
        if found := halls_of([place.code], on):
            return found[0]
    return None


def closes_at(division: str, on: date) -> time | None:
    """When the hall that serves a division closes on a day; None where it does not open or no hall is known.

    For `calendars.limits.received_on`: what arrives later counts as the next working day's (docs/adr/0009).
    """
    return _closes_at(division, on, epochs.current().catalogue)


@lru_cache(maxsize=4096)
def _closes_at(division: str, on: date, _catalogue: int) -> time | None:
    hall = hall_serving(division, on)
    openings = openings_on(hall.hours.all(), on, current()) if hall else []
    return openings[-1].closes_at if openings else None
