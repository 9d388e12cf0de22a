"""One item that was edited at a desk, as a pack of one file: checked, told and written as a pack's would be (ADR 0099).

The rest of the pack is the one published last: what its tables say is the ground that the item is checked against. The
other items are those in force, whoever wrote them last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import ValidationError

from yukuaiban.config import epochs
from yukuaiban.config.errors import DomainError, Invalid
from yukuaiban.items.guide import content_of, merge
from yukuaiban.items.loading import changes
from yukuaiban.items.loading.apply import apply
from yukuaiban.items.loading.crosscheck import crosscheck_item
from yukuaiban.items.loading.desired import Desired, wanted_version
from yukuaiban.items.loading.duplicates import too_alike_one
from yukuaiban.items.loading.export import item_yaml
from yukuaiban.items.loading.files import read_yaml
from yukuaiban.items.loading.models import PackLoad
from yukuaiban.items.loading.pack import Pack, WorkedOut, read_files
from yukuaiban.items.loading.parsed import YamlDocument
from yukuaiban.items.loading.problems import PackErrors, Problem
from yukuaiban.items.loading.stored import last_published, stored_files
from yukuaiban.items.loading.telling import Told, tell_pack
from yukuaiban.items.loading.troubles import Trouble, of_pack, of_schema
from yukuaiban.items.models import Differences, DirectoryEntry, Origin
from yukuaiban.items.schema import ItemContent

#: Files that say nothing an item could contradict; without them the ground is read in no time.
_BESIDE = ("towns.csv", "villages.csv", "halls.csv", "hall_hours.csv", "successions.csv", "service_items.csv")


class ItemMoved(DomainError):
    """The item was published anew since the edit was begun."""

    code: ClassVar[str] = "item.moved"
    status: ClassVar[int] = 409


class ItemBroken(Invalid):
    """The item as it was edited cannot be published; `details` names each part and what is wrong with it."""

    code: ClassVar[str] = "item.broken"

    def __init__(self, troubles: list[Trouble]) -> None:
        self.troubles = troubles
        message = ngettext("有 %(num)s 处不符合要求。", "有 %(num)s 处不符合要求。", len(troubles)) % {
            "num": len(troubles)
        }
        super().__init__(message, details={"fields": {one.dotted: one.message for one in troubles}})


class NoPack(DomainError):
    """There is no pack that an item could stand in."""

    code: ClassVar[str] = "item.no_pack"
    status: ClassVar[int] = 409


# --- checking ----------------------------------------------------------------------------------------------------------


def ground() -> Pack:
    """The tables of the pack published last, without its items. Raises: NoPack."""
    load = last_published()
    if load is None:
        raise NoPack(_("还没有装载过数据包，不能在这里编辑事项。"))
    return _ground(load.pack, tuple(sorted(load.manifest.items())))


@lru_cache(maxsize=2)
def _ground(city: str, manifest: tuple[tuple[str, str], ...]) -> Pack:
    """By the digests of its files, so that it is never stale."""
    wanted = {name: digest for name, digest in manifest if _is_ground(name)}
    pack, _problems = read_files(stored_files(wanted), city)
    return pack


def _is_ground(name: str) -> bool:
    path = name.partition("/")[2]
    return path not in _BESIDE and not path.startswith(("items/", "holidays/"))


def troubles_of(content: dict[str, Any], entry: DirectoryEntry) -> list[Trouble]:
    """Everything that keeps a content from being published; the same checks as of a pack."""
    try:
        item = ItemContent.model_validate(content)
    except ValidationError as error:
        return list(dict.fromkeys(of_schema(error, content)))
    document = WorkedOut("", YamlDocument(), item)
    problems = [*crosscheck_item(ground(), document), *too_alike_one(document, _others(entry))]
    stands = entry.current_version.content if entry.current_version else content
    found = [of_pack(problem, content, stands) for problem in problems]
    found += [Trouble((key,), message) for key, message in _differing(item, entry)]
    return list(dict.fromkeys(found))


def _others(entry: DirectoryEntry) -> Iterator[WorkedOut]:
    """The other items, as they are in force."""
    epochs.current()
    others = DirectoryEntry.objects.filter(current_version__isnull=False).exclude(pk=entry.pk)
    for code, version in others.values_list("code", "current_version_id"):
        if version is not None:
            yield WorkedOut(code, YamlDocument(), content_of(version, None))


def _differing(item: ItemContent, entry: DirectoryEntry) -> Iterator[tuple[str, str]]:
    """What single places have otherwise must still fit."""
    content = item.model_dump(mode="json")
    for over in Differences.objects.filter(pk__in=entry.service_items.values("differences")):
        try:
            merge(content, over.content)
        except (ValidationError, ValueError):
            places = entry.service_items.filter(differences=over).select_related("division")[:5]
            names = "、".join(place.division.name_zh for place in places)
            yield next(iter(over.content)), _("与{names}另行规定的内容合不起来。").format(names=names)


# --- as a load ---------------------------------------------------------------------------------------------------------


def pack_of_one(content: dict[str, Any], entry: DirectoryEntry) -> Pack:
    """The file that a pack would have. Raises: ValidationError."""
    item = ItemContent.model_validate(content)
    name = f"{ground().head.id}/items/{item.slug}.yaml"
    return Pack(files={name: item_yaml(item)})


def read_item(load: PackLoad) -> WorkedOut:
    """The item of a load, by the rules of today. Raises: ItemMoved, ItemBroken, PackErrors."""
    assert load.base is not None  # a constraint of the table
    entry = DirectoryEntry.objects.get(pk=load.base.entry_id)
    if entry.current_version_id != load.base_id:
        raise ItemMoved(_("提出以后，事项又发布过新的版本；发布会把它改回去。请退回，由提出人接上现在的内容再提出。"))
    name, document = _document(load)
    if troubles := troubles_of(document.data, entry):
        raise ItemBroken(troubles)
    return WorkedOut(name, document, ItemContent.model_validate(document.data))


def content_in(load: PackLoad) -> dict[str, Any]:
    """What the file of a load says, whatever became of it. Raises: PackErrors."""
    content: dict[str, Any] = _document(load)[1].data
    return content


def _document(load: PackLoad) -> tuple[str, YamlDocument]:
    [(name, content)] = stored_files(load.manifest).items()
    problems: list[Problem] = []
    document = read_yaml(name, content, problems)
    if document is None:
        raise PackErrors(problems)
    return name, document


def _compared(load: PackLoad) -> tuple[changes.Diff, Desired, Pack]:
    item = read_item(load)
    pack = replace(ground(), items={item.content.entry: item})
    wanted = wanted_version(pack, item.content.entry)
    return changes.diff_version(wanted), wanted, pack


def tell_item(load: PackLoad) -> Iterator[Told]:
    """What it would change. Raises: as `read_item`."""
    found, wanted, pack = _compared(load)
    yield from tell_pack(found, wanted, replace(pack, years=[]))


def write_item(load: PackLoad, *, at: datetime) -> dict[str, Any]:
    """Its version, beside the others. The draft that it was made from is done. Raises: as `read_item`."""
    found, wanted, _pack = _compared(load)
    if not found.is_empty:
        apply(found, wanted, at=at, published_by=load.published_by_id, origin=Origin.DESK)
    load.drafts.all().delete()
    return {"version": found.counts()["version"]}
