"""What changes: handing in, choosing what the platform already holds, taking back, and filing what stands.

Every act names the matter it is for; each leaves an entry in the log that the person can read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from yukuaiban import storage
from yukuaiban.config.errors import NotFound, PermissionRefused
from yukuaiban.config.parameters import parameter
from yukuaiban.materials import antivirus, errors, limited, selectors
from yukuaiban.materials.antivirus import ScannerSilent, TooLargeToScan, Verdict
from yukuaiban.materials.inspection import Found as Inspected
from yukuaiban.materials.inspection import Refused
from yukuaiban.materials.inspection.kinds import EXTENSIONS
from yukuaiban.materials.models import How, Material, MaterialUse
from yukuaiban.materials.selectors import Offer
from yukuaiban.materials.slots import Matter, Slot, is_asked, is_online, pair, type_of

log = structlog.get_logger("yukuaiban.materials")
MEGABYTE = 1024 * 1024
NAME_LENGTH = 120


# --- handing in -------------------------------------------------------------------------------------------------------


def material_upload(*, matter: Matter, slot: Slot, received: storage.Receiving, name: str, at: datetime) -> MaterialUse:
    """Take in a file for a slot. The same file twice in a slot is one.

    Args:
        received: Finished, not kept; it is kept only if everything holds, and otherwise leaves nothing.
        name: As the device called it; shown to people, never believed.
    Raises: SlotClosed, TooManyFiles, UploadRefused, ScannerAbsent, QuotaReached.
    """
    _check_open(matter, slot)
    account_id = matter.by.account_id
    if account_id is None:
        raise PermissionRefused(_("请先登录，再上传材料。"))
    found = _looked_at(received, slot, account_id=account_id)
    verdict = _scanned(received, account_id=account_id)
    blob = received.keep()
    with transaction.atomic():
        _one_at_a_time(matter.subject)
        material = Material.objects.filter(
            owner_id=matter.owner_id, type_code=type_of(slot), digest=blob.digest, removed_at__isnull=True
        ).first()
        if material is not None:
            standing = MaterialUse.objects.filter(
                subject=matter.subject, slot_key=slot.key, material=material, superseded_at__isnull=True
            ).first()
            if standing is not None:
                return _unless_filed(standing)
        _check_room(matter, slot)
        if material is None:
            _check_quota(matter.owner_id, blob.size)
            material = Material.objects.create(
                owner_id=matter.owner_id,
                uploaded_by_id=account_id,
                type_code=type_of(slot),
                digest=blob.digest,
                name=clean_name(name, found),
                kind=found.kind.value,
                size=blob.size,
                pages=found.pages,
                checks={"flags": list(found.flags), "antivirus": verdict.value},
                uploaded_at=at,
            )
        return _use(matter, slot, How.UPLOAD, at=at, material=material)


def material_use(*, matter: Matter, slot: Slot, offer: str, at: datetime, is_promised: bool = False) -> MaterialUse:
    """Answer a slot with what the platform found. What was offered is looked up again: an offer is no promise.

    Args:
        offer: `Offer.ref`, as the page showed it.
        is_promised: For a commitment: the person read what he commits to and said yes.
    Raises: SlotClosed, NotOffered, CommitmentNotGiven, TooManyFiles.
    """
    _check_open(matter, slot)
    found = next((o for o in selectors.offers(matter.owner_id, slot, subject=matter.subject) if o.ref == offer), None)
    if found is None:
        raise errors.NotOffered(_("这一项已经不能使用（可能已过期或被注销）。请选择其他方式，或者上传。"))
    if found.how == How.COMMITMENT and not is_promised:
        raise errors.CommitmentNotGiven(_("请先阅读承诺内容，勾选“我已阅读并承诺”。"))
    with transaction.atomic():
        _one_at_a_time(matter.subject)
        standing = _standing(matter, slot, found)
        if standing is not None:
            return standing
        _check_room(matter, slot)
        return _use(matter, slot, found.how, at=at, offer=found, material=found.material)


def material_use_all(*, matter: Matter, at: datetime) -> list[MaterialUse]:
    """Answer every open slot that stands empty with the best that was found without asking the person for anything."""
    used = []
    standing = selectors.standing_keys(matter.subject)
    for slot in matter.slots:
        if slot.key in standing or not matter.is_open(slot) or not is_asked(slot, matter.answers):
            continue
        best = next((o for o in selectors.offers(matter.owner_id, slot, subject=matter.subject) if o.is_held), None)
        if best is not None:
            used.append(material_use(matter=matter, slot=slot, offer=best.ref, at=at))
    return used


def material_remove(*, matter: Matter, slot: Slot, number: str) -> None:
    """Take something back out of a slot before it is filed; a document nothing else uses is forgotten with it.

    Raises: SlotClosed, NotFound.
    """
    _check_open(matter, slot)
    with transaction.atomic():
        use = (
            MaterialUse.objects.select_for_update(of=("self",))
            .select_related("material")
            .filter(subject=matter.subject, slot_key=slot.key, number=number)
            .first()
        )
        if use is None:
            raise NotFound(_("这份材料已经不在了。请刷新页面。"))
        if use.filed_at is not None:
            raise errors.SlotClosed(_("已经提交的材料不能删除。需要更换的，直接上传新的，它会代替原来的。"))
        _forget([use])


# --- for the domains whose matters collect ----------------------------------------------------------------------------


def missing_slots(*, subject: int, slots: Sequence[Slot], answers: Mapping[str, Any]) -> list[Slot]:
    """Required slots that are asked for, can be answered online, and stand empty."""
    return _empty(subject, slots, answers, "required")


def deferred_slots(*, subject: int, slots: Sequence[Slot], answers: Mapping[str, Any]) -> list[Slot]:
    """Slots that may be made up later (容缺后补) and stand empty. Law: 重庆市优化营商环境条例 第四十七条第二款."""
    return _empty(subject, slots, answers, "deferrable")


def _empty(subject: int, slots: Sequence[Slot], answers: Mapping[str, Any], necessity: str) -> list[Slot]:
    wanted = [s for s in slots if s.necessity == necessity and is_online(s) and is_asked(s, answers)]
    if not wanted:
        return []
    standing = selectors.standing_keys(subject)
    return [slot for slot in wanted if slot.key not in standing]


def renewed_slots(*, subject: int, since: datetime) -> set[str]:
    """Keys of the slots that got something new since a moment (a correction notice)."""
    fresh = MaterialUse.objects.filter(subject=subject, at__gte=since, superseded_at__isnull=True)
    return set(fresh.values_list("slot_key", flat=True))


@transaction.atomic
def file_for(subject: int, *, at: datetime) -> None:
    """What stands in the slots is filed now: it can no longer be taken back, and replaces what stood there before."""
    fresh = MaterialUse.objects.filter(subject=subject, filed_at__isnull=True)
    renewed = set(fresh.values_list("slot_key", flat=True))
    MaterialUse.objects.filter(
        subject=subject, slot_key__in=renewed, filed_at__isnull=False, superseded_at__isnull=True
    ).update(superseded_at=at)
    fresh.update(filed_at=at)


@transaction.atomic
def discard_for(subject: int) -> None:
    """A draft is thrown away: what was collected for it alone goes with it."""
    _forget(
        list(
            MaterialUse.objects.select_for_update(of=("self",))
            .select_related("material")
            .filter(subject=subject, filed_at__isnull=True)
        )
    )


@transaction.atomic
def give_to(subject: int, owner_id: int) -> None:
    """What was collected for a matter belongs to another row of the same person; what he had already is not kept twice."""
    uses = MaterialUse.objects.select_for_update(of=("self",)).filter(subject=subject)
    for found in Material.objects.filter(uses__in=uses).exclude(owner_id=owner_id).distinct():
        twin = Material.objects.filter(
            owner_id=owner_id, type_code=found.type_code, digest=found.digest, removed_at__isnull=True
        ).first()
        if twin is None:
            Material.objects.filter(pk=found.pk).update(owner_id=owner_id)
        else:
            found.uses.update(material=twin)
            found.delete()
    uses.update(owner_id=owner_id)


@transaction.atomic
def erase_for(subject: int) -> None:
    """Lawful erasure of a matter: its uses, their logs, and the documents that serve no other matter; files follow.

    Whether it is due is the caller's question (retention, legal hold). Law: 个人信息保护法 第四十七条.
    """
    _forget(list(MaterialUse.objects.select_for_update(of=("self",)).filter(subject=subject)))


# --- inside -----------------------------------------------------------------------------------------------------------


def _check_open(matter: Matter, slot: Slot) -> None:
    if not matter.is_open(slot):
        raise errors.SlotClosed(_("这份材料现在不能修改。请到办件页查看当前需要您做什么。"))


def _looked_at(received: storage.Receiving, slot: Slot, *, account_id: int) -> Inspected:
    with received.content() as content:
        try:
            return limited.inspect(content, accept=slot.accept)
        except Refused as refused:
            log.info("upload refused", reason=refused.code, account=account_id, slot=slot.key)
            raise errors.from_refusal(refused) from refused


def _scanned(received: storage.Receiving, *, account_id: int) -> Verdict:
    with received.content() as content:
        try:
            scan = antivirus.scan(content)
        except TooLargeToScan as error:
            log.error("upload larger than the scanner takes", error=str(error))
            raise errors.too_large_to_scan() from error
        except ScannerSilent as error:
            log.error("scanner silent", error=str(error))
            raise errors.ScannerAbsent(
                _("安全检查暂时不可用，文件没有保存。您填写的内容都在，请过几分钟再上传。")
            ) from error
    if scan.verdict is Verdict.INFECTED:
        log.warning("infected upload", signature=scan.signature, account=account_id)
        raise errors.infected(scan.signature)
    return scan.verdict


def _one_at_a_time(subject: int) -> None:
    """Two uploads for one matter wait for each other here, so that a limit on files is a limit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('materials'), hashint8(%s))", [subject])


def _check_room(matter: Matter, slot: Slot) -> None:
    standing = MaterialUse.objects.filter(
        subject=matter.subject, slot_key=slot.key, superseded_at__isnull=True, filed_at__isnull=True
    ).count()
    if standing >= slot.max_files:
        raise errors.too_many_files(slot.max_files)


def _check_quota(owner_id: int, size: int) -> None:
    quota = int(parameter("material_quota").value) * MEGABYTE
    used = Material.objects.filter(owner_id=owner_id, removed_at__isnull=True).aggregate(all=Sum("size"))["all"] or 0
    if used + size > quota:
        raise errors.quota_reached(quota, used)


def _unless_filed(standing: MaterialUse) -> MaterialUse:
    if standing.filed_at is not None:
        raise errors.UploadRefused(
            _("这和您已经提交的是同一份文件。请上传更换后的材料。"), details={"reason": "same_as_filed"}
        )
    return standing


def _standing(matter: Matter, slot: Slot, offer: Offer) -> MaterialUse | None:
    same = MaterialUse.objects.filter(
        subject=matter.subject, slot_key=slot.key, superseded_at__isnull=True, filed_at__isnull=True
    )
    if offer.material is not None:
        return same.filter(material=offer.material).first()
    return same.filter(how=offer.how, source=offer.source).first()


def _use(
    matter: Matter,
    slot: Slot,
    how: How,
    *,
    at: datetime,
    material: Material | None = None,
    offer: Offer | None = None,
) -> MaterialUse:
    shown: dict[str, Any] = {}
    if material is not None:
        shown = {"digest": material.digest, "kind": material.kind, "pages": material.pages}
    elif offer is not None and offer.digest:
        shown = {"digest": offer.digest, "kind": "pdf", "pages": offer.pages}
    return MaterialUse.objects.create(
        subject=matter.subject,
        slot_key=slot.key,
        slot_title=pair(slot.title),
        owner_id=matter.owner_id,
        how=how,
        material=material,
        source=offer.source if offer else "",
        facts=[list(row) for row in offer.rows] if offer and offer.rows else None,
        is_sample=offer.is_sample if offer else False,
        purpose=matter.purpose,
        reference=matter.reference,
        by_account_id=matter.by.account_id,
        by=matter.by.facts(),
        at=at,
        **shown,
    )


def _forget(uses: Sequence[MaterialUse]) -> None:
    """Delete uses that were never filed, and the documents that then serve nothing; the files follow by themselves."""
    materials = {use.material_id for use in uses if use.material_id}
    MaterialUse.objects.filter(pk__in=[use.pk for use in uses]).delete()
    Material.objects.filter(pk__in=materials, uses__isnull=True).delete()


def clean_name(name: str, found: Inspected) -> str:
    """A file's name as it may be shown: no path, nothing invisible, the ending of what it really is."""
    base = PurePath(name.replace("\\", "/")).name
    shown = "".join(
        c for c in unicodedata.normalize("NFC", base) if unicodedata.category(c)[0] not in {"C", "Z"} or c == " "
    )
    stem = shown.rpartition(".")[0] if "." in shown[1:] else shown
    return (stem.strip(" .")[:NAME_LENGTH] or _("未命名")) + EXTENSIONS[found.kind]


def tidy(*, older_than: timedelta = storage.store.GRACE) -> int:
    """Delete the files that no row names any more (a tick). Returns 0: nothing is left to do at once."""
    gone = storage.delete_unreferenced(grace=older_than)
    if gone:
        log.info("files deleted", count=len(gone))
    return 0
