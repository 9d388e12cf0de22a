"""What a load would change, told for people: one piece for each entry, place or year, with a line for each difference.

Rows of tables become things: an entry with its guide and with the places where it is done, a hall with its hours. A
line is plain JSON, kept with the proposal; wording.py says it in the language of the reader.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

import msgspec
from django.db.models import F
from django.utils import translation
from django.utils.translation import pgettext

from yukuaiban.calendars.services import YearDiff, notice_compare
from yukuaiban.conditions import describe, parse
from yukuaiban.items.loading.changes import TABLES, Change, Diff
from yukuaiban.items.loading.desired import Desired
from yukuaiban.items.loading.excel import differences_in
from yukuaiban.items.loading.models import PackChange
from yukuaiban.items.loading.pack import Pack
from yukuaiban.items.loading.wording import yuan
from yukuaiban.items.models import Differences, DirectoryEntry, EntryVersion, ServiceItem
from yukuaiban.places.models import Department, Division, Hall

Line = dict[str, Any]
Path = tuple[Any, ...]
NEW, CHANGED, ENDED, KEPT = "new", "changed", "ended", "kept"

MOST_LINES = 80  # of one thing; of the rest only how many
MOST_PLACES = 8  # named in one line
LONGEST_TEXT = 600  # characters of a stored value


@dataclass(slots=True)
class Told:
    """One thing that changes. `lines` may be empty: it is new or ends as a whole."""

    section: PackChange.Section
    kind: PackChange.Kind
    code: str
    name_zh: str
    name_en: str = ""
    lines: list[Line] = field(default_factory=list)

    def cut(self) -> Told:
        """With at most so many lines as somebody reads."""
        if len(self.lines) > MOST_LINES:
            rest = len(self.lines) - MOST_LINES
            self.lines = [*self.lines[:MOST_LINES], {"kind": "more", "path": [], "new": rest}]
        return self


def tell_pack(found: Diff, wanted: Desired, pack: Pack) -> Iterator[Told]:
    """Everything that a pack would change: entries, then places, then holidays."""
    names = _Names(wanted, pack)
    for told in (*_entries(found, wanted, names), *_places(found, names), *tell_years(notice_compare(pack.years))):
        yield told.cut()


# --- a line -----------------------------------------------------------------------------------------------------------


def _changed(path: Path, old: Any, new: Any, **more: Any) -> Line:
    return {"kind": CHANGED, "path": list(path), "old": _plain(old), "new": _plain(new), **more}


def _whole(kind: str, path: Path, **more: Any) -> Line:
    return {"kind": kind, "path": list(path), **more}


def _plain(value: Any) -> Any:
    """As JSON, and no longer than somebody reads."""
    match value:
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case str():
            return value[:LONGEST_TEXT]
        case bytes():
            return value.hex()[:8]
        case list() | tuple():
            return [_plain(one) for one in value[:40]]
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case _:
            return value


# --- a guide ----------------------------------------------------------------------------------------------------------


def differences(old: Any, new: Any, path: Path = (), top: str = "") -> Iterator[Line]:
    """The lines between two contents of a guide, or two parts of them.

    Things with a key are followed by it, so that a new question is one line and not a shift of all that come after.
    """
    if old == new or (_is_nothing(old) and _is_nothing(new)):
        return
    if is_leaf(path, old) or is_leaf(path, new):
        yield _changed(path, None if _is_nothing(old) else old, None if _is_nothing(new) else new)
    elif isinstance(old, dict) and isinstance(new, dict):
        if _as_limit(old) != _as_limit(new):
            yield _changed(path, _as_limit(old), _as_limit(new))
        skipped = {"value", "unit"} if _as_limit(new) else {"key", "slug", "entry"}
        for key in [key for key in {**new, **old} if key not in skipped]:
            part = f"{top}.{key}" if top else key
            part += "_fen" if key in {"min", "max"} and new.get("kind") == "money" else ""
            default = _DEFAULTS.get(key)
            yield from differences(old.get(key, default), new.get(key, default), (*path, part), top or key)
    elif isinstance(old, dict) or isinstance(new, dict):
        limit = _as_limit(new or old)
        yield (
            _changed(path, limit if old else None, limit if new else None)
            if limit
            else _whole(NEW if new else ENDED, path)
        )
    else:
        yield from _members(old or [], new or [], path, top)


def guide_lines(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Line]:
    """The lines between two contents of a guide; conditions in words, each by the questions of its own content."""
    for line in differences(old, new):
        key = str(line["path"][-1]).rpartition(".")[2] if line["path"] else ""
        if line["kind"] == CHANGED and key in {"when", "check"}:
            line |= {"old": condition_words(line["old"], old), "new": condition_words(line["new"], new)}
        yield line


def condition_words(tree: Any, content: Mapping[str, Any]) -> Any:
    """A condition over the answers of a content's form, in both languages; None where there is none."""
    if not tree:
        return None
    asked = questions_of(content)
    options = {(key, one["value"]): one["label"] for key, field in asked.items() for one in field.get("options") or ()}
    said: dict[str, str] = {}
    for language in ("zh", "en"):

        def label(path: str, language: str = language) -> str:
            return str(asked[path]["label"][language]) if path in asked else path

        def show(path: str, value: Any, language: str = language) -> str:
            if isinstance(value, bool):
                return pgettext("answer", "是") if value else pgettext("answer", "否")
            if path in asked and asked[path]["kind"] == "money":
                return yuan(value)
            return str(options.get((path, value), {}).get(language) or value)

        with translation.override(language):
            said[language] = describe(parse(tree), label=label, show=show)
    return said


def questions_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """The questions of a form by their keys, also those of the rows of a repeat."""
    asked = [one for group in content.get("form", {}).get("groups", ()) for one in group.get("fields", ())]
    return {one["key"]: one for field in asked for one in (field, *(field.get("fields") or ()))}


_DEFAULTS = {
    "status": "sample",
    "handling": "single",
    "approver": "head",
}  # what counts where a statement does not say it


def _is_nothing(value: Any) -> bool:
    """What a content that was stored before an element existed says of it: as much as its default."""
    return value is None or value is False or value in ("", [], {})


def is_leaf(path: Path, value: Any) -> bool:
    """A value that is shown whole: a text, a number, a condition, a list of codes."""
    key = str(path[-1]).rpartition(".")[2] if path and isinstance(path[-1], str) else ""
    match value:
        case dict():
            return set(value) == {"zh", "en"} or key in {"when", "check"}
        case list():
            return bool(value) and not isinstance(value[0], dict)
        case None:
            return False
        case _:
            return True


def _as_limit(value: Mapping[str, Any]) -> dict[str, Any] | None:
    """20 working days, of a limit; None of anything else."""
    if isinstance(value.get("value"), int):
        return {"value": value["value"], "unit": value.get("unit", "working_day")}
    return None


def _members(old: list[Any], new: list[Any], path: Path, top: str) -> Iterator[Line]:
    before, after = by_name(old), by_name(new)
    for name, member in after.items():
        where = (*path, title_of(member))
        if name not in before:
            yield _whole(NEW, where)
        else:
            yield from differences(before[name], member, where, top)
    for name, member in before.items():
        if name not in after:
            yield _whole(ENDED, (*path, title_of(member)))
    if list(before) != list(after) and before.keys() == after.keys():
        yield _changed(path, [title_of(m) for m in before.values()], [title_of(m) for m in after.values()])


def by_name(members: list[Any]) -> dict[str, Any]:
    """By the key they have in the pack; those without by what they say."""
    found: dict[str, Any] = {}
    for member in members:
        name = member.get("key") or member.get("value") if isinstance(member, dict) else None
        found[str(name or msgspec.json.encode(title_of(member)))] = member
    return found


def title_of(member: Any) -> dict[str, str]:
    """What a part of a guide is called by itself."""
    if not isinstance(member, dict):
        return {"zh": str(member)}
    for key in ("title", "label", "text", "question"):
        if isinstance(member.get(key), dict):
            return {"zh": _plain(member[key]["zh"]), "en": _plain(member[key].get("en", ""))}
    if "law" in member:
        return {"zh": " ".join(part for part in (member["law"], member.get("article")) if part)}
    if "zh" in member:
        return {"zh": _plain(member["zh"]), "en": _plain(member.get("en", ""))}
    return {"zh": str(member.get("key", ""))}


# --- entries ----------------------------------------------------------------------------------------------------------


class _Names:
    """Names of divisions and departments: those the pack will give, else those the database has."""

    def __init__(self, wanted: Desired, pack: Pack) -> None:
        self.words = {
            column: {getattr(row, key): {"zh": row.name_zh, "en": row.name_en} for row in pack.rows(table)}
            for column, table, key in (
                ("department_kind", "department_kinds.csv", "kind"),
                ("themes", "themes.csv", "code"),
                ("life_events", "life_events.csv", "code"),
            )
        }
        self.divisions = {key[0]: (row[0], row[1]) for key, row in wanted.rows.get("division", {}).items()}
        self.departments = {key[0]: (row[1], row[2]) for key, row in wanted.rows.get("department", {}).items()}
        self.halls = {key[0]: (row[0], row[1]) for key, row in wanted.rows.get("hall", {}).items()}
        self.entries = {key[0]: (row[2], row[3]) for key, row in wanted.rows.get("entry", {}).items()}

    def division(self, code: str | None) -> dict[str, str]:
        return self._of(self.divisions, code, Division)

    def department(self, code: str | None) -> dict[str, str]:
        return self._of(self.departments, code, Department)

    def hall(self, code: str) -> dict[str, str]:
        return self._of(self.halls, code, Hall)

    def entry(self, code: str) -> dict[str, str]:
        return self._of(self.entries, code, DirectoryEntry)

    def of(self, column: str, value: Any) -> Any:
        """The words of a code that a column of the directory holds, where the pack has them."""
        words = self.words.get(column, {})
        return [words.get(one, one) for one in value] if isinstance(value, list) else words.get(value, value)

    @staticmethod
    def _of(known: dict[str, tuple[str, str]], code: str | None, model: Any) -> dict[str, str]:
        if code is None:
            return {"zh": ""}
        if code not in known:
            known[code] = model.objects.filter(code=code).values_list("name_zh", "name_en").first() or (code, "")
        zh, en = known[code]
        return {"zh": zh, "en": en or ""}


_COLUMNS = {table.name: table.columns for table in TABLES}


def _entries(found: Diff, wanted: Desired, names: _Names) -> Iterator[Told]:
    rows = _kinds(found.tables["entry"], lambda key: key[0])
    versions = _kinds(found.tables["version"], lambda key: key[0])
    services = _kinds(found.tables["service_item"], lambda key: key[0].rpartition("-")[0])
    old_contents = _old_contents({*versions, *services})
    old_over = _old_differences(c for changes in services.values() for _kind, c in changes)
    for code in sorted({*rows, *versions, *services}):
        lines: list[Line] = []
        kind = None
        for change_kind, change in rows.get(code, []):
            if change.new is None:
                kind = ENDED
            elif change.old is None:
                kind = NEW
            elif change_kind == KEPT:
                lines += [_whole(KEPT, (column,)) for column in change.fields()]
            else:
                fields = change.fields().items()
                lines += [
                    _column(column, names.of(column, old), names.of(column, new)) for column, (old, new) in fields
                ]
        for change_kind, change in versions.get(code, []):
            lines += _version(change_kind, change, old_contents.get(code), wanted)
        shared = _Shared(old_contents.get(code, {}), _new_content(code, wanted), old_over, wanted.differences)
        service_lines = list(_services(services.get(code, []), shared, names))
        lines += service_lines
        if kind == ENDED and not any(line["kind"] == ENDED for line in service_lines):
            if not _is_offered(code):
                continue  # it ended long ago; its row stays for the cases that refer to it
            kind, lines = KEPT, [_whole(KEPT, ("pack",))]
        if kind is None:
            kind = KEPT if all(line["kind"] == KEPT for line in lines) else CHANGED
        name = names.entry(code)
        yield Told(PackChange.Section.ENTRY, PackChange.Kind(kind), code, name["zh"], name["en"], lines)


def _kinds(table: Any, code_of: Any) -> dict[str, list[tuple[str, Change]]]:
    """The changes of a table by the thing they belong to."""
    found: dict[str, list[tuple[str, Change]]] = defaultdict(list)
    for kind, changes in ((NEW, table.added), (CHANGED, table.changed), (ENDED, table.removed), (KEPT, table.kept)):
        for change in changes:
            found[code_of(change.key)].append((kind, change))
    return found


def _is_offered(code: str) -> bool:
    return ServiceItem.objects.filter(entry__code=code).exclude(state=ServiceItem.State.CANCELLED).exists()


def _column(column: str, old: Any, new: Any, **more: Any) -> Line:
    return _changed((column,), old, new, **more)


def _version(kind: str, change: Change, old: dict[str, Any] | None, wanted: Desired) -> list[Line]:
    if change.new is None:
        return [_whole(KEPT, ("guide",))]
    if kind == KEPT:
        return [_whole(KEPT, ("guide",))]
    if old is None:
        return [_whole(NEW, ("guide",))]
    return list(guide_lines(old, wanted.contents[change.new[0]])) or [_whole(CHANGED, ("guide",))]


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the service items of one entry stand on, before and after."""

    old: dict[str, Any]
    new: dict[str, Any]
    old_over: dict[bytes, dict[str, Any]]
    new_over: dict[bytes, dict[str, Any]]

    def lines(self, old: bytes | None, new: bytes | None) -> Iterator[Line]:
        """What a service item says differently from before because it differs otherwise from its entry."""
        before, after = self.old_over.get(old or b"", {}), self.new_over.get(new or b"", {})
        for key in sorted({*before, *after}):
            yield from differences(before.get(key, self.old.get(key)), after.get(key, self.new.get(key)), (key,), key)


def _new_content(code: str, wanted: Desired) -> dict[str, Any]:
    row = wanted.rows["version"].get((code,))
    return wanted.contents[row[0]] if row else {}


def _old_contents(codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    current = EntryVersion.objects.filter(entry__code__in=list(codes), entry__current_version=F("pk"))
    return dict(current.values_list("entry__code", "content"))


def _old_differences(changes: Iterable[Change]) -> dict[bytes, dict[str, Any]]:
    place = _COLUMNS["service_item"].index("differences")
    digests = {change.old[place] for change in changes if change.old and change.old[place]}
    rows = Differences.objects.filter(digest__in=list(digests)).values_list("digest", "content")
    return {bytes(digest): content for digest, content in rows}


def _services(changes: Sequence[tuple[str, Change]], shared: _Shared, names: _Names) -> Iterator[Line]:
    """Where it is done: what is alike in several divisions is one line that names them."""
    columns = _COLUMNS["service_item"]
    whole: dict[str, list[str]] = defaultdict(list)
    alike: dict[bytes, tuple[Line, list[str]]] = {}
    for kind, change in changes:
        row = change.new or change.old or ()
        division = row[columns.index("division")]
        if kind != CHANGED:
            whole[kind].append(division)
            continue
        for line in _service_lines(change, shared, names):
            alike.setdefault(msgspec.json.encode(line), (line, []))[1].append(division)
    for kind in (NEW, ENDED, KEPT):
        if whole[kind]:
            yield _whole(kind, ("service_item",), **_where(whole[kind], names))
    for line, divisions in alike.values():
        yield line | _where(divisions, names)


def _service_lines(change: Change, shared: _Shared, names: _Names) -> Iterator[Line]:
    for column, (old, new) in change.fields().items():
        match column:
            case "differences":
                yield from shared.lines(old, new)
            case "department":
                yield _column(column, names.department(old), names.department(new))
            case "division":
                yield _column(column, names.division(old), names.division(new))
            case _:
                yield _column(column, old, new)


def _where(divisions: list[str], names: _Names) -> dict[str, Any]:
    return {"where": [names.division(code) for code in sorted(divisions)[:MOST_PLACES]], "places": len(divisions)}


# --- places -----------------------------------------------------------------------------------------------------------


def _places(found: Diff, names: _Names) -> Iterator[Told]:
    lines: dict[tuple[str, str], list[Line]] = defaultdict(list)
    kinds: dict[tuple[str, str], str] = {}
    for table in ("division", "department", "hall"):
        for code, changes in _kinds(found.tables[table], lambda key: key[0]).items():
            for kind, change in changes:
                at = (table, code)
                lines[at] += _place_lines(table, kind, change, names)
                kinds[at] = kind if change.new is not None else KEPT
    for code, changes in _kinds(found.tables["hours"], lambda key: key[0]).items():
        for kind, change in changes:
            lines["hall", code].append(_hour(kind, change))
    for code, changes in _kinds(found.tables["succession"], lambda key: key[0]).items():
        for kind, change in changes:
            lines["division", code] += _succession(kind, change, names)
    name_of = {"division": names.division, "department": names.department, "hall": names.hall}
    for (table, code), own in sorted(lines.items()):
        told = kinds.get((table, code)) or (KEPT if all(line["kind"] == KEPT for line in own) else CHANGED)
        if told == KEPT and any(line["kind"] != KEPT for line in own):
            told = CHANGED
        name = name_of[table](code)
        yield Told(
            PackChange.Section.PLACE, PackChange.Kind(told), code, name["zh"], name["en"], own if told != NEW else []
        )


def _place_lines(table: str, kind: str, change: Change, names: _Names) -> Iterator[Line]:
    if change.new is None:
        yield _whole(KEPT, ("pack",))
    for column, (old, new) in change.fields().items():
        if kind == KEPT:
            yield _whole(KEPT, (column,))
        elif column == "division" or (table, column) == ("division", "parent"):
            yield _column(column, names.division(old), names.division(new))
        elif column == "parent":
            yield _column(column, names.department(old), names.department(new))
        else:
            yield _changed((f"{table}.{column}",), old, new)


def _hour(kind: str, change: Change) -> Line:
    _hall, day, opens_at, valid_from = change.key
    return {
        "kind": kind,
        "path": [
            "hours",
            {"weekday": day, "opens": f"{opens_at:%H:%M}", "from": valid_from and valid_from.isoformat()},
        ],
        "old": f"{change.old[0]:%H:%M}" if change.old else None,
        "new": f"{change.new[0]:%H:%M}" if change.new else None,
    }


def _succession(kind: str, change: Change, names: _Names) -> Iterator[Line]:
    path = ("succession", names.division(change.key[1]))
    if change.old is None or change.new is None:
        yield _whole(kind, path)
    for column, (old, new) in change.fields().items():
        yield _changed((*path, column), old, new)


# --- holidays ---------------------------------------------------------------------------------------------------------


def tell_years(years: Iterable[YearDiff]) -> Iterator[Told]:
    """A year of holiday notices each."""
    for year in years:
        if year.is_empty:
            continue
        lines = [
            _changed(
                ({"date": d.day.isoformat()},), *({"day": kind, "festival": name} for kind, name in (d.before, d.after))
            )
            for d in year.days
        ]
        if year.notices_before != year.notices_after:
            lines.append(_changed(("notice",), list(year.notices_before), list(year.notices_after)))
        kind = PackChange.Kind.CHANGED if year.is_known else PackChange.Kind.NEW
        yield Told(
            PackChange.Section.CALENDAR,
            kind,
            str(year.year),
            f"{year.year}年放假安排",
            f"Holidays of {year.year}",
            lines,
        )


# --- a department's Excel file -----------------------------------------------------------------------------------------


def tell_excel(content: bytes) -> Iterator[Told]:
    """What the rows of a department's file would change, service item by service item."""
    for raw in content.splitlines():
        row = msgspec.json.decode(raw)
        item = (
            ServiceItem.objects.select_related("entry__current_version", "division", "differences")
            .filter(entry__code=row["entry"], division_id=row["division"])
            .first()
        )
        if item is None:
            continue
        before = item.differences.content if item.differences else {}
        shared = item.entry.current_version.content if item.entry.current_version else {}
        over = differences_in(row)
        lines = [
            line for key, new in over.items() for line in differences({**shared, **before}.get(key), new, (key,), key)
        ]
        for column in ("state", "effective_from", "effective_until"):
            if column in row and _plain(getattr(item, column)) != row[column]:
                lines.append(_column(column, getattr(item, column), row[column]))
        if lines:
            zh = f"{item.entry.name_zh}（{item.division.name_zh}）"
            en = f"{item.entry.name_en or item.entry.name_zh} ({item.division.name_en or item.division.name_zh})"
            yield Told(PackChange.Section.ENTRY, PackChange.Kind.CHANGED, item.code, zh, en, lines).cut()
