"""Proposals at the desk: what a load would change is worked out beforehand, and a second editor publishes what he saw.

A pack takes some seconds to read and compare, so both are done by the worker, which says how far it is. A year of
holidays is a few rows and is done at once. What is published is compared anew in its own transaction; but nobody
publishes a comparison that the catalogue has left behind since.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yukuaiban.calendars.notices import NoticeYear
from yukuaiban.calendars.selectors import calendar_version
from yukuaiban.calendars.services import notice_compare
from yukuaiban.config import epochs
from yukuaiban.config.errors import DomainError, Invalid, NotFound, PermissionRefused
from yukuaiban.config.now import now
from yukuaiban.config.paging import newest, oldest
from yukuaiban.items.loading import changes, publishing
from yukuaiban.items.loading.holidays import files_of_year, years_in
from yukuaiban.items.loading.models import PackChange, PackLoad
from yukuaiban.items.loading.pack import Pack
from yukuaiban.items.loading.publishing import locked, not_proposed
from yukuaiban.items.loading.single import tell_item
from yukuaiban.items.loading.stored import keep_files, stored_files
from yukuaiban.items.loading.telling import Told, tell_excel, tell_pack, tell_years
from yukuaiban.outbox.models import OutboxRow
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Account, Role
from yukuaiban.places.selectors import city, counterpart

PAGE = 20
AT_ONCE = frozenset({PackLoad.Kind.NOTICE, PackLoad.Kind.ITEM})  # small enough to be done while one waits
SILENT_AFTER = timedelta(minutes=2)  # work that says nothing for so long is begun again
LONGEST_PROBLEM = 20_000


class NotCompared(DomainError):
    """What the proposal would change is not known, or was worked out before the catalogue changed."""

    code: ClassVar[str] = "pack.compare_first"
    status: ClassVar[int] = 409


# --- reading ----------------------------------------------------------------------------------------------------------


def proposals(
    *, state: str | None = None, after: int | None = None, size: int = PAGE
) -> tuple[list[PackLoad], int | None]:
    """Loads of every kind, newest first."""
    rows = PackLoad.objects.select_related(
        "loaded_by__party", "published_by__party", "rejected_by__party", "base__entry"
    )
    return newest(rows.filter(state=state) if state else rows, after=after, size=size)


def proposal(load_id: int) -> PackLoad:
    """Raises: NotFound."""
    rows = PackLoad.objects.select_related(
        "loaded_by__party", "published_by__party", "rejected_by__party", "base__entry"
    )
    load = rows.filter(pk=load_id).first()
    if load is None:
        raise NotFound(_("没有编号为 {number} 的装载。").format(number=load_id))
    return load


def changes_of(
    load: PackLoad,
    *,
    section: str | None = None,
    kind: str | None = None,
    after: int | None = None,
    size: int = PAGE,
) -> tuple[list[PackChange], int | None]:
    """What the proposal would change, in the order in which it was told."""
    rows = load.changes.all()
    if section:
        rows = rows.filter(section=section)
    if kind:
        rows = rows.filter(kind=kind)
    return oldest(rows, after=after, size=size)


def basis(load: PackLoad) -> dict[str, int]:
    """The state of what the proposal is compared with: it moves on when something else is published."""
    seen = {"catalogue": epochs.read().catalogue, "calendar": calendar_version()}
    match load.kind:
        case PackLoad.Kind.NOTICE:
            del seen["catalogue"]
        case PackLoad.Kind.EXCEL | PackLoad.Kind.ITEM:
            del seen["calendar"]
    return seen


def is_current(load: PackLoad) -> bool:
    """Whether what was told of the proposal is what it would change now."""
    return load.compared_at is not None and not load.problem and load.compared_with == basis(load)


def is_working(load: PackLoad) -> bool:
    """Whether somebody is at work on it and said so lately."""
    if not load.progress:
        return False
    return now() - datetime.fromisoformat(load.progress["at"]) < SILENT_AFTER


# --- who may ----------------------------------------------------------------------------------------------------------


def check_editor(by: Actor) -> None:
    """Raises: PermissionRefused."""
    if by.role != Role.EDITOR:
        raise PermissionRefused(_("目录和放假安排由事项管理员提出和发布。"))


def why_not_publish(load: PackLoad, by: Actor) -> str | None:
    """Why this person does not publish the proposal; None where he may. The publication itself asks the same."""
    return publishing.why_not_publish(load, by.account_id) or _why_not_his(load, by)


def why_not_send_back(load: PackLoad, by: Actor) -> str | None:
    """Why this person does not send the proposal back; None where he may."""
    return publishing.why_not_reject(load, by.account_id) or _why_not_his(load, by)


def _why_not_his(load: PackLoad, by: Actor) -> str | None:
    """An item is the same in the whole city (四级四同): the city's department decides on it, whoever proposes."""
    if load.base is None:
        return None
    department = counterpart(load.base.entry.department_kind, city().code)
    if department is None or by.department_id == department.pk:
        return None
    return _("这份指南全市相同，由{department}的事项管理员发布或退回。").format(
        department=department.name_en if (get_language() or "").startswith("en") else department.name_zh
    )


def _check_his(load: PackLoad, by: Actor) -> None:
    """Raises: PermissionRefused where another department decides."""
    if refusal := _why_not_his(load, by):
        raise PermissionRefused(refusal)


# --- comparing --------------------------------------------------------------------------------------------------------


def compare_start(load: PackLoad, *, again: bool = False) -> PackLoad:
    """See to it that what the proposal would change gets known: at once, or by the worker.

    Args:
        again: Also where it is known already, or could not be worked out the last time.
    """
    if load.state != PackLoad.State.PROPOSED or is_working(load):
        return load
    if not again and (load.problem or is_current(load)):
        return load
    if load.kind in AT_ONCE:
        compare(load.pk)
    else:
        with transaction.atomic():
            _say(load.pk, "waiting", 0, problem="")
            OutboxRow.objects.create(task="items.compare_load", args={"load": load.pk})
    return proposal(load.pk)


def compare(load_id: int) -> None:
    """Work out what the proposal would change now, and keep it. It may run twice."""
    load = proposal(load_id)
    if load.state != PackLoad.State.PROPOSED:
        return
    seen = basis(load)
    say = _Speaker(load.pk)
    with _told_if_it_fails(load.pk):
        told = _tell(load, say)
        say("telling", 90)
        _keep(load.pk, told, seen)


def _tell(load: PackLoad, say: _Speaker) -> list[Told]:
    files = stored_files(load.manifest)
    match load.kind:
        case PackLoad.Kind.NOTICE:
            return list(tell_years(notice_compare(years_in(files))))
        case PackLoad.Kind.EXCEL:
            return [told for content in files.values() for told in tell_excel(content)]
        case PackLoad.Kind.ITEM:
            return list(tell_item(load))
    pack, wanted = publishing.read(files, load.pack, lambda done, of: say("reading", done * 60 // of))
    say("comparing", 70)
    return list(tell_pack(changes.diff(wanted, theirs=load.theirs), wanted, pack))


@transaction.atomic
def _keep(load_id: int, told: list[Told], seen: dict[str, int]) -> None:
    load = locked(load_id)
    load.changes.all().delete()
    PackChange.objects.bulk_create(
        [
            PackChange(
                load=load, section=one.section, kind=one.kind, code=one.code[:80], name_zh=one.name_zh[:1000],
                name_en=one.name_en[:1000], lines=one.lines,
            )
            for one in told
        ],
        batch_size=1000,
    )  # fmt: skip
    counts = Counter((one.section.value, one.kind.value) for one in told)
    load.summary = {section: {} for section, _kind in counts}
    for (section, kind), count in counts.items():
        load.summary[section][kind] = count
    load.compared_at, load.compared_with, load.progress, load.problem = now(), seen, {}, ""
    load.save(update_fields=["summary", "compared_at", "compared_with", "progress", "problem"])


# --- publishing -------------------------------------------------------------------------------------------------------


def publish_start(*, load_id: int, by: Actor) -> PackLoad:
    """Publish what another editor proposed, as it was told: at once, or by the worker.

    Raises: PermissionRefused, NotFound, NeedsSecondPerson, NothingToPublish; NotCompared where the catalogue has
    changed since it was compared (a new comparison is begun).
    """
    check_editor(by)
    load = proposal(load_id)
    account = _account(by)
    if load.state == PackLoad.State.PROPOSED:
        publishing.check_second_person(load, account)
        _check_his(load, by)
        if not is_current(load):
            compare_start(load, again=True)
            raise NotCompared(_("目录在对照之后又有变化，正在重新对照。请看过新的对照结果再发布。"))
    if load.kind in AT_ONCE:
        return publishing.publish(load_id, by=account)
    with transaction.atomic():
        load = locked(load_id)
        if load.state != PackLoad.State.PROPOSED:
            raise not_proposed(load)
        load.state, load.published_by = PackLoad.State.PUBLISHING, account
        load.save(update_fields=["state", "published_by"])
        _say(load.pk, "waiting", 0, problem="")
        OutboxRow.objects.create(task="items.publish_load", args={"load": load.pk})
    return proposal(load_id)


def publish_begun(load_id: int) -> None:
    """Finish a publication that somebody began. It may run twice; one that fails is a proposal again and says why."""
    load = proposal(load_id)
    if load.state != PackLoad.State.PUBLISHING:
        return
    say = _Speaker(load.pk)
    with _told_if_it_fails(load.pk):
        if load.kind == PackLoad.Kind.PACK:  # read before the transaction, so that nobody waits for it
            files = stored_files(load.manifest)
            publishing.read(files, load.pack, lambda done, of: say("reading", done * 60 // of))
        say("writing", 75)
        publishing.publish(load.pk, by=load.published_by)


def send_back(*, load_id: int, by: Actor, reason: str) -> PackLoad:
    """Send a proposal back to who made it, with the reason.

    Raises: PermissionRefused, Invalid without a reason, NotFound, NeedsSecondPerson, NothingToPublish.
    """
    check_editor(by)
    if not reason.strip():
        message = _("请写明退回的理由，提出的人要看。")
        raise Invalid(message, details={"fields": {"reason": message}})
    _check_his(proposal(load_id), by)
    publishing.reject(load_id, by=_account(by), reason=reason)
    return proposal(load_id)


def withdraw(*, load_id: int, by: Actor) -> PackLoad:
    """Take back what one proposed oneself. Raises: PermissionRefused, and what `publishing.withdraw` does."""
    check_editor(by)
    publishing.withdraw(load_id, by=_account(by))
    return proposal(load_id)


def take_over(*, load_id: int, by: Actor) -> PackLoad:
    """Become the proposer of a load that nobody signed. Raises: PermissionRefused, and what `publishing.claim` does."""
    check_editor(by)
    publishing.claim(load_id, by=_account(by))
    return proposal(load_id)


def _account(by: Actor) -> Account:
    return Account.objects.get(pk=by.account())


# --- holidays ---------------------------------------------------------------------------------------------------------


def propose_notice(*, year: NoticeYear, by: Actor) -> tuple[PackLoad, bool]:
    """Propose a year of holiday notices; also whether the proposal is new. The same again is the same proposal.

    Raises: PermissionRefused; Invalid where it would change nothing.
    """
    check_editor(by)
    if all(one.is_empty for one in notice_compare([year])):
        raise Invalid(_("与现行的放假安排相同，不需要发布。"))
    pack = Pack(files=files_of_year(year))
    waiting = PackLoad.objects.filter(
        kind=PackLoad.Kind.NOTICE, state=PackLoad.State.PROPOSED, digest=pack.digest, loaded_by=by.account()
    ).first()
    if waiting is not None:
        return compare_start(waiting), False
    with transaction.atomic():
        keep_files(pack)
        load = PackLoad.objects.create(
            kind=PackLoad.Kind.NOTICE, pack="holidays", version=str(year.year), manifest=pack.manifest,
            digest=pack.digest, loaded_by_id=by.account(), loaded_at=now(),
        )  # fmt: skip
    return compare_start(load), True


def years_of(load: PackLoad) -> list[NoticeYear]:
    """The years that a proposal of holidays lists."""
    return years_in(stored_files(load.manifest)) if load.kind == PackLoad.Kind.NOTICE else []


def preview(years: Iterable[NoticeYear]) -> list[Told]:
    """What years of holidays would change, before anybody proposes them."""
    return list(tell_years(notice_compare(years)))


# --- saying how far it is ---------------------------------------------------------------------------------------------


def _say(load_id: int, stage: str, percent: int, **more: Any) -> None:
    progress = {"stage": stage, "percent": percent, "at": now().isoformat()}
    PackLoad.objects.filter(pk=load_id).update(progress=progress, **more)


class _Speaker:
    """Says how far the work is, but not more often than somebody looks."""

    EVERY = 0.5  # seconds

    def __init__(self, load_id: int) -> None:
        self.load_id, self.stage, self.said_at = load_id, "", 0.0

    def __call__(self, stage: str, percent: int) -> None:
        if stage != self.stage or time.monotonic() - self.said_at > self.EVERY:
            _say(self.load_id, stage, percent)
            self.stage, self.said_at = stage, time.monotonic()


class _told_if_it_fails:  # noqa: N801  # reads as a sentence after `with`
    """A refusal is kept with the proposal, which waits again; a fault too, and is raised for the log."""

    def __init__(self, load_id: int) -> None:
        self.load_id = load_id

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> bool:
        if error is None or not isinstance(error, Exception):
            return False
        is_refusal = isinstance(error, DomainError)
        problem = str(error) if is_refusal else _("程序出错，没有完成：{error}").format(error=type(error).__name__)
        rows = PackLoad.objects.filter(pk=self.load_id)
        rows.filter(state=PackLoad.State.PUBLISHING).update(state=PackLoad.State.PROPOSED, published_by=None)
        rows.filter(state=PackLoad.State.PROPOSED).update(problem=problem[:LONGEST_PROBLEM], progress={})
        return is_refusal
