"""Load a pack: propose, publish, reject. What is live changes only when a second person publishes it.

Two loads do not need a second person, and each says why: the first into an empty catalogue (there is nobody yet who
could be the second), and one that an operator makes outside production (a demonstration on his own machine).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from yukuaiban.calendars.services import notice_load
from yukuaiban.config import epochs
from yukuaiban.config.errors import DomainError, NotFound, PermissionRefused
from yukuaiban.config.now import now
from yukuaiban.items.loading import changes, desired
from yukuaiban.items.loading.apply import apply
from yukuaiban.items.loading.changes import Diff
from yukuaiban.items.loading.checking import read_pack
from yukuaiban.items.loading.excel import apply_rows
from yukuaiban.items.loading.holidays import years_in
from yukuaiban.items.loading.models import PackLoad
from yukuaiban.items.loading.pack import Pack, digest_of, files_of
from yukuaiban.items.loading.single import write_item
from yukuaiban.items.loading.stored import keep_files, last_published, stored_files
from yukuaiban.items.models import ServiceItem

Report = Callable[[str], None]
_LOCK = "yukuaiban pack load"


class NeedsSecondPerson(PermissionRefused):
    """Nobody publishes what he loaded himself."""

    code: ClassVar[str] = "pack.needs_second_person"


class NothingToPublish(DomainError):
    """The proposal was published or sent back already."""

    code: ClassVar[str] = "pack.not_proposed"
    status: ClassVar[int] = 409


def catalogue_is_live() -> bool:
    """Whether people may already be using what a load would change."""
    return PackLoad.objects.filter(state=PackLoad.State.PUBLISHED).exists() or ServiceItem.objects.exists()


def is_loaded(files: Mapping[str, bytes], *, theirs: bool = False) -> bool:
    """Whether these very files were published last: loading them again would change nothing."""
    last = last_published()
    return last is not None and not theirs and bytes(last.digest) == digest_of(_manifest(files))


def load_city(
    report: Report = lambda line: None, folder: Path | None = None, *, theirs: bool = False, by: Any = None
) -> PackLoad | None:
    """Load the city's pack at start: nothing when no file has changed, else checked, compared and written.

    Outside production the operator's own start publishes it; in production it waits for a second person.
    """
    folder = (folder or settings.PACKS_DIR / settings.CITY).resolve()
    files = files_of(folder)
    last = last_published()
    if last and is_loaded(files, theirs=theirs):
        report(_("目录没有变化（{version}）").format(version=last.version))
        return None
    proposal = propose(files, folder.name, by=by, theirs=theirs)
    if not catalogue_is_live():
        return publish(proposal.pk, by=by, exempt_because=_("首次装载空库，尚无第二人"), report=report)
    if not settings.PRODUCTION:
        return publish(proposal.pk, by=by, exempt_because=_("非生产环境，由运行者本人发布"), report=report)
    report(_("目录有变化，等待第二人发布：yukuaiban pack publish {number}").format(number=proposal.pk))
    return proposal


def read(
    files: Mapping[str, bytes], city: str, step: Callable[[int, int], None] = lambda done, of: None
) -> tuple[Pack, desired.Desired]:
    """A validated pack and the rows it stands for.

    Args:
        step: Told after each file: how many were read, of how many.

    Raises: PackErrors.
    """
    pack = _validated(files, city, step)
    return pack, desired.desired(pack)


_latest: tuple[bytes, Pack] | None = None


def _validated(files: Mapping[str, bytes], city: str, step: Callable[[int, int], None] = lambda done, of: None) -> Pack:
    """Proposing and publishing read the same files, one after the other: the second time is free."""
    global _latest
    digest = digest_of(_manifest(files))
    if _latest is None or _latest[0] != digest:
        _latest = (digest, read_pack(files, city, step))
    return _latest[1]


def compare(folder: Path, *, theirs: bool = False) -> Diff:
    """What a load of this folder would change now. Raises PackErrors."""
    folder = folder.resolve()
    _pack, wanted = read(files_of(folder), folder.name)
    return changes.diff(wanted, theirs=theirs)


def propose(files: Mapping[str, bytes], city: str, *, by: Any = None, theirs: bool = False) -> PackLoad:
    """Check a pack and keep it as a proposal, exactly as it is; the same again is the same proposal.

    Raises: PackErrors.
    """
    if waiting := PackLoad.waiting(digest_of(_manifest(files)), by=by, theirs=theirs):
        return waiting
    pack = _validated(files, city)
    with transaction.atomic():
        keep_files(pack)
        return PackLoad.objects.create(
            pack=city, version=pack.head.version, manifest=pack.manifest, digest=pack.digest, theirs=theirs,
            loaded_by=by, loaded_at=now(),
        )  # fmt: skip


def propose_folder(folder: Path, *, by: Any = None, theirs: bool = False) -> PackLoad:
    """Propose the pack of a folder. Raises PackErrors."""
    folder = folder.resolve()
    return propose(files_of(folder), folder.name, by=by, theirs=theirs)


def publish(load_id: int, *, by: Any = None, exempt_because: str = "", report: Report = lambda line: None) -> PackLoad:
    """Write a proposal into the catalogue: one transaction, one load at a time.

    Raises: NotFound, NothingToPublish, NeedsSecondPerson, PackErrors (the rules may have grown since it was proposed).
    """
    with transaction.atomic():
        _one_at_a_time()
        load = locked(load_id)
        is_begun = load.state == PackLoad.State.PUBLISHING and by is not None and load.published_by_id == by.pk
        if load.state != PackLoad.State.PROPOSED and not is_begun:
            raise not_proposed(load)
        if not exempt_because:
            check_second_person(load, by)
        load.state, load.published_by, load.published_at = PackLoad.State.PUBLISHED, by, now()
        load.exempt_because = exempt_because
        load.report = _WRITERS[PackLoad.Kind(load.kind)](load, report)
        load.progress, load.problem = {}, ""
        load.save()
    return load


def locked(load_id: int) -> PackLoad:
    """Raises: NotFound."""
    load = PackLoad.objects.select_for_update().filter(pk=load_id).first()
    if load is None:
        raise NotFound(_("没有编号为 {number} 的装载。").format(number=load_id))
    return load


def not_proposed(load: PackLoad) -> NothingToPublish:
    return NothingToPublish(
        _("装载 {number} 的状态是“{state}”，不能再发布。").format(number=load.pk, state=load.get_state_display())
    )


def _write_pack(load: PackLoad, report: Report) -> dict[str, Any]:
    at = load.published_at or now()
    pack, wanted = read(stored_files(load.manifest), load.pack)
    found = changes.diff(wanted, theirs=load.theirs)
    if not found.is_empty:
        apply(found, wanted, at=at, published_by=load.published_by_id)
    notice_load(years=pack.years, by=_("数据包 {pack}").format(pack=f"{load.pack} {load.version}"), at=at)
    for line in found.lines():
        report(line)
    return found.counts()


def _write_excel(load: PackLoad, report: Report) -> dict[str, Any]:
    counts = {name: apply_rows(content) for name, content in stored_files(load.manifest).items()}
    epochs.advance("catalogue")
    return counts


def _write_notice(load: PackLoad, report: Report) -> dict[str, Any]:
    done = notice_load(
        years=years_in(stored_files(load.manifest)),
        by=str(load.published_by),
        at=load.published_at or now(),
    )
    changed = {"added": len(done.added), "changed": len(done.changed), "removed": len(done.removed)}
    return {"calendar": changed | {"unchanged": done.unchanged, "version": done.version}}


def _write_item(load: PackLoad, report: Report) -> dict[str, Any]:
    return write_item(load, at=load.published_at or now())


_WRITERS: dict[PackLoad.Kind, Callable[[PackLoad, Report], dict[str, Any]]] = {
    PackLoad.Kind.PACK: _write_pack,
    PackLoad.Kind.EXCEL: _write_excel,
    PackLoad.Kind.NOTICE: _write_notice,
    PackLoad.Kind.ITEM: _write_item,
}


@transaction.atomic
def reject(load_id: int, *, by: Any, reason: str = "") -> PackLoad:
    """Send a proposal back: it is kept as a record and can no longer be published.

    Raises: NotFound, NothingToPublish, NeedsSecondPerson.
    """
    load = locked(load_id)
    if load.state != PackLoad.State.PROPOSED:
        raise NothingToPublish(_("没有待发布的装载 {number}。").format(number=load_id))
    if refusal := why_not_reject(load, by.pk):
        raise NeedsSecondPerson(refusal)
    load.state, load.rejected_by, load.rejected_at = PackLoad.State.REJECTED, by, now()
    load.rejected_because, load.progress = reason.strip()[:500], {}
    load.save(update_fields=["state", "rejected_by", "rejected_at", "rejected_because", "progress"])
    return load


def why_not_reject(load: PackLoad, account_id: int | None) -> str | None:
    """Why this person does not send the proposal back; None where he may."""
    if load.loaded_by_id == account_id:
        return _("不能退回自己提出的内容，请由另一位事项管理员处理。")
    return None


@transaction.atomic
def withdraw(load_id: int, *, by: Any) -> PackLoad:
    """Take back one's own proposal while nobody has published it; the same again is the same withdrawal.

    Raises: NotFound; PermissionRefused for anybody but who proposed it; NothingToPublish.
    """
    load = locked(load_id)
    if load.loaded_by_id != by.pk:
        raise PermissionRefused(_("只有提出人可以撤回；您可以退回。"))
    if load.state == PackLoad.State.WITHDRAWN:
        return load
    if load.state != PackLoad.State.PROPOSED:
        raise NothingToPublish(_("没有待发布的装载 {number}。").format(number=load_id))
    load.state, load.withdrawn_at, load.progress = PackLoad.State.WITHDRAWN, now(), {}
    load.save(update_fields=["state", "withdrawn_at", "progress"])
    return load


@transaction.atomic
def claim(load_id: int, *, by: Any) -> PackLoad:
    """Become the proposer of a load that nobody signed (a start in production): two people then stand behind it.

    Raises: NotFound, NothingToPublish; NeedsSecondPerson where somebody else signed it already.
    """
    load = locked(load_id)
    if load.state != PackLoad.State.PROPOSED:
        raise not_proposed(load)
    if load.loaded_by_id not in (None, by.pk):
        raise NeedsSecondPerson(_("这份内容已有提出人。"))
    load.loaded_by = by
    load.save(update_fields=["loaded_by"])
    return load


def check_second_person(load: PackLoad, by: Any) -> None:
    """Raises: NeedsSecondPerson."""
    if by is None:
        raise NeedsSecondPerson(_("发布目录需要指明发布人：加上 --by 账号。"))
    if refusal := why_not_publish(load, by.pk):
        raise NeedsSecondPerson(refusal)


def why_not_publish(load: PackLoad, account_id: int | None) -> str | None:
    """Why this person does not publish the proposal; None where he may."""
    if load.loaded_by_id is None:
        return _("这份内容没有记名的提出人。请先由一位事项管理员认领，再由另一位发布。")
    if load.loaded_by_id == account_id:
        return _("不能发布自己提出的内容，请由另一位事项管理员发布。")
    return None


def _one_at_a_time() -> None:
    """A second load waits here, then compares with what the first one wrote."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_LOCK])


def _manifest(files: Mapping[str, bytes]) -> dict[str, str]:
    return Pack(files=dict(files)).manifest
