"""An item edited at a desk: a draft, kept between pages, that is proposed as a pack of one file (ADR 0099).

What is published is what was proposed, by a second person, like any load: proposals.py. Here is only the way there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import ValidationError

from yukuaiban.config.errors import DomainError, Invalid, PermissionRefused
from yukuaiban.items.loading import proposals
from yukuaiban.items.loading.models import ItemDraft, PackLoad
from yukuaiban.items.loading.single import ItemBroken, ItemMoved, ground, pack_of_one, troubles_of
from yukuaiban.items.loading.stored import keep_files
from yukuaiban.items.loading.telling import Line, by_name, guide_lines, is_leaf
from yukuaiban.items.loading.troubles import Trouble, of_schema
from yukuaiban.items.models import EntryVersion, ServiceItem
from yukuaiban.items.schema import ItemContent
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Role

Content = dict[str, Any]
LONGEST_REASON = 500

#: What a desk may change of a guide; of what stands in a list, of each member. The name and kind of an item are the
#: directory's; its limits, who decides and what comes out of it are the law's, and a pack's.
EDITABLE = frozenset(
    {
        "summary", "keywords", "visits_reason", "quota", "joint_bodies", "basis", "requirements", "situations", "form",
        "materials", "process.steps.title", "process.steps.days", "result.title", "fees", "questions", "intermediaries",
    }
)  # fmt: skip


class DraftMoved(DomainError):
    """The draft was saved elsewhere since this page was opened."""

    code: ClassVar[str] = "item.draft_moved"
    status: ClassVar[int] = 409


class EditWaits(DomainError):
    """A proposal of the item waits for a second person."""

    code: ClassVar[str] = "item.edit_waits"
    status: ClassVar[int] = 409


def why_not_edit(item: ServiceItem, by: Actor) -> str | None:
    """Why this person does not change the guide; None where he may."""
    if by.role != Role.EDITOR:
        return _("申请材料、申请表和指南的内容由事项管理员修改。")
    if by.department_id != item.department_id:
        department = item.department
        name = department.name_en if (get_language() or "").startswith("en") else department.name_zh
        return _("申请材料、申请表和指南的内容由{department}的事项管理员修改。").format(department=name)
    return None


def check_editor(by: Actor) -> None:
    """Raises: PermissionRefused for who does not work from an editor's post."""
    if by.role != Role.EDITOR:
        raise PermissionRefused(_("申请材料、申请表和指南的内容由事项管理员修改。"))


def check_may_edit(item: ServiceItem, by: Actor) -> None:
    """Raises: PermissionRefused."""
    if refusal := why_not_edit(item, by):
        raise PermissionRefused(refusal)


def whole(content: Content) -> Content:
    """A content with everything said that the schema knows, so that each part can be looked up."""
    return ItemContent.model_validate(content).model_dump(mode="json")


def version_of(item: ServiceItem) -> EntryVersion:
    """The version in force. Raises: Invalid where the entry is not worked out."""
    if item.entry.current_version is None:
        raise Invalid(_("这个事项还没有要素，不能在这里编辑。"))
    return item.entry.current_version


def draft_of(item: ServiceItem, by: Actor) -> ItemDraft:
    """The person's draft of an item; where he has none, what stands, not stored. Raises: PermissionRefused."""
    check_may_edit(item, by)
    rows = ItemDraft.objects.select_related("base", "load__rejected_by__party")
    found = rows.filter(account=by.account(), entry=item.entry_id).first()
    if found is not None:
        return found
    base = version_of(item)
    return ItemDraft(account_id=by.account(), entry_id=item.entry_id, base=base, content=whole(base.content))


def drafts_of(by: Actor) -> list[ItemDraft]:
    """The drafts that a person has, the newest first."""
    rows = ItemDraft.objects.select_related("entry", "load").order_by("-changed_at")
    return list(rows.filter(account=by.account()))


def waits(draft: ItemDraft) -> bool:
    """Whether its proposal waits for a second person: until then nothing more is changed."""
    return draft.load is not None and draft.load.state in {PackLoad.State.PROPOSED, PackLoad.State.PUBLISHING}


def is_behind(item: ServiceItem, draft: ItemDraft) -> bool:
    """Whether the item was published anew since the draft was begun."""
    return draft.base_id != item.entry.current_version_id


def lines_of(draft: ItemDraft) -> list[Line]:
    """What the draft changes, for wording.said."""
    return list(guide_lines(whole(draft.base.content), draft.content))


def lines_since(item: ServiceItem, draft: ItemDraft) -> list[Line]:
    """What was published since the draft was begun."""
    return list(guide_lines(whole(draft.base.content), whole(version_of(item).content)))


def troubles(item: ServiceItem, draft: ItemDraft) -> list[Trouble]:
    """Everything that keeps the draft from being published."""
    return troubles_of(draft.content, item.entry)


# --- changing ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def draft_save(*, item: ServiceItem, content: Content, revision: int, by: Actor, at: datetime) -> ItemDraft:
    """Keep what the draft says now. It need not hold together yet: `troubles` says what does not. The same again is the
    same saving.

    Args:
        revision: Of the draft that was looked at; 0 where there was none.

    Raises: PermissionRefused; DraftMoved where it was saved elsewhere since; EditWaits while its proposal waits;
        Invalid where it changes what a desk does not change.
    """
    draft = _locked(item, by)
    if (draft.revision, draft.content) == (revision + 1, content):
        return draft
    _check_revision(draft, revision)
    if wrong := list(_not_editable(whole(draft.base.content), content)):
        message = _("这一项不在工作台修改。")
        raise Invalid(message, details={"fields": dict.fromkeys(wrong, message)})
    draft.content, draft.changed_at, draft.revision = content, at, draft.revision + 1
    return _stored(draft)


def draft_replace(*, item: ServiceItem, content: Content, revision: int, by: Actor, at: datetime) -> ItemDraft:
    """The same for a program, which sends the whole content at once.

    Raises: as `draft_save`; ItemBroken with each part that has not the shape of an item.
    """
    try:
        content = whole(content)
    except ValidationError as error:
        raise ItemBroken(list(of_schema(error, content))) from None
    return draft_save(item=item, content=content, revision=revision, by=by, at=at)


@transaction.atomic
def draft_discard(*, item: ServiceItem, revision: int, by: Actor) -> None:
    """Give up what was not proposed; nothing where it was given up already. Raises: as `draft_save`."""
    draft = _locked(item, by)
    if draft.pk:
        _check_revision(draft, revision)
        draft.delete()


@transaction.atomic
def draft_take_up(*, item: ServiceItem, revision: int, by: Actor, at: datetime) -> ItemDraft:
    """Lay the draft's changes over what was published since; where both changed the same, the draft's stands.

    Nothing where nothing was published. Raises: as `draft_save`.
    """
    draft = _locked(item, by)
    if not is_behind(item, draft):
        return draft
    _check_revision(draft, revision)
    base, theirs = whole(draft.base.content), version_of(item)
    draft.content = carried(base, draft.content, whole(theirs.content))
    draft.base, draft.changed_at, draft.revision = theirs, at, draft.revision + 1
    return _stored(draft)


def draft_propose(*, item: ServiceItem, revision: int, reason: str, by: Actor, at: datetime) -> tuple[PackLoad, bool]:
    """Propose the draft; also whether the proposal is new. The same again is the same proposal.

    Raises: as `draft_save`; ItemMoved where the item was published anew since; ItemBroken with every part that keeps it
        from being published; EditWaits where somebody else's proposal of the item waits; Invalid without a reason or
        a change.
    """
    reason = reason.strip()
    with transaction.atomic():
        draft = _locked(item, by, may_wait=True)
        if draft.load and waits(draft) and (draft.revision, draft.load.reason) == (revision, reason):
            return draft.load, False
        _check_open(draft)
        _check_revision(draft, revision)
        draft.load = _load_of(item, draft, reason, by, at)
        draft.save(update_fields=["load"])
    return proposals.compare_start(draft.load), True


def _load_of(item: ServiceItem, draft: ItemDraft, reason: str, by: Actor, at: datetime) -> PackLoad:
    if not reason or len(reason) > LONGEST_REASON:
        message = _("请写明修改的理由，发布的人要看。") if not reason else _("最多 {n} 个字。").format(n=LONGEST_REASON)
        raise Invalid(message, details={"fields": {"reason": message}})
    if not draft.pk or not lines_of(draft):
        raise Invalid(_("没有改动，不需要发布。"))
    if is_behind(item, draft):
        raise ItemMoved(_("这个事项刚刚发布了新的版本。您的改动都还在：请先接上现在的内容，再提出。"))
    if found := troubles(item, draft):
        raise ItemBroken(found)
    pack = pack_of_one(draft.content, item.entry)
    keep_files(pack)
    try:
        with transaction.atomic():
            return PackLoad.objects.create(
                kind=PackLoad.Kind.ITEM, pack=ground().head.id, version=item.entry.code[:40], manifest=pack.manifest,
                digest=pack.digest, base=draft.base, reason=reason, loaded_by_id=by.account(), loaded_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise EditWaits(_("这个事项已有一处修改等待发布。请先等它处理完；您的改动都还在。")) from None


def _locked(item: ServiceItem, by: Actor, *, may_wait: bool = False) -> ItemDraft:
    """The draft to be changed. Two pages that save at once: one waits here, then is told."""
    check_may_edit(item, by)
    rows = ItemDraft.objects.select_for_update(of=("self",)).select_related("base", "load")
    draft = rows.filter(account=by.account(), entry=item.entry_id).first() or draft_of(item, by)
    if not may_wait:
        _check_open(draft)
    return draft


def _check_open(draft: ItemDraft) -> None:
    if waits(draft):
        raise EditWaits(_("这份修改正在等另一人发布；发布、退回或者您撤回以前不能再改。"))


def _check_revision(draft: ItemDraft, revision: int) -> None:
    if draft.revision != revision:
        raise DraftMoved(_("这份草稿在别的窗口里又改过了。请重新打开这一页，再把这里的内容改上去。"))


def _not_editable(stands: Any, content: Any, key: str = "") -> Iterator[str]:
    """The elements, dotted, that a content says otherwise and a desk does not change. What a draft of an earlier release
    does not say of a newer schema it does not change."""
    if stands == content or key in EDITABLE:
        return
    holds_some = not key or any(one.startswith(f"{key}.") for one in EDITABLE)
    if holds_some and isinstance(stands, dict) and isinstance(content, dict):
        for name, value in content.items():
            yield from _not_editable(stands.get(name), value, f"{key}.{name}" if key else name)
    elif holds_some and isinstance(stands, list) and isinstance(content, list) and len(stands) == len(content):
        for pair in zip(stands, content, strict=True):
            yield from _not_editable(*pair, key)
    else:
        yield key


def _stored(draft: ItemDraft) -> ItemDraft:
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:  # begun in two windows at once
        raise DraftMoved(_("这份草稿在别的窗口里又改过了。请重新打开这一页，再把这里的内容改上去。")) from None
    return draft


# --- laying one change over another ------------------------------------------------------------------------------------


def carried(base: Any, mine: Any, theirs: Any, path: tuple[str, ...] = ()) -> Any:
    """`theirs` with what `mine` changed of `base`; things in lists are followed by their keys, as telling does."""
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    if all(isinstance(one, dict) and not is_leaf(path, one) for one in (base, mine, theirs)):
        kept = {key: value for key, value in mine.items() if key in theirs or value != base.get(key)}
        made = {key: carried(base.get(key), value, theirs.get(key), (*path, key)) for key, value in kept.items()}
        return {**theirs, **made}  # a draft of an earlier release says nothing of what the schema has since
    if all(isinstance(one, list) and _is_of_things(one) for one in (base, mine, theirs)):
        return _carried_list(by_name(base), by_name(mine), by_name(theirs), path)
    return mine


def _is_of_things(members: list[Any]) -> bool:
    return all(isinstance(member, dict) for member in members)


def _carried_list(base: Content, mine: Content, theirs: Content, path: tuple[str, ...]) -> list[Any]:
    """In the order of `mine`; what came in the meantime at the end, what went is gone unless it was changed here."""
    kept = []
    for name, member in mine.items():
        if name in theirs:
            kept.append(carried(base.get(name), member, theirs[name], path))
        elif member != base.get(name):
            kept.append(member)
    return kept + [member for name, member in theirs.items() if name not in mine and name not in base]
