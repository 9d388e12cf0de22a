"""What changes a licence, each act one function; and whom its holder lets look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from yukuaiban import storage
from yukuaiban.calendars.limits import Limit, Unit, last_day
from yukuaiban.chain import store
from yukuaiban.chain.events import GENESIS
from yukuaiban.config.errors import Invalid, PermissionRefused
from yukuaiban.config.now import ZONE
from yukuaiban.documents import codes
from yukuaiban.identifiers import case_number as opaque
from yukuaiban.identifiers import licence_id as identifier
from yukuaiban.licences import door, permissions, selectors
from yukuaiban.licences.catalogue import LicenceType, licence_type
from yukuaiban.licences.documents import licence_make
from yukuaiban.licences.errors import FactsInvalid, LicenceNotFound, LicenceRefused
from yukuaiban.licences.looking import ShowCode, show_code, verify
from yukuaiban.licences.looks import look_note
from yukuaiban.licences.models import Licence, LicenceGrant
from yukuaiban.licences.rules import check_facts, grant_ends_by, in_words, sample_credit_code
from yukuaiban.licences.states import STANDING, Act, State
from yukuaiban.licences.tasks import tell_holder
from yukuaiban.people.actors import Actor
from yukuaiban.people.models import Party
from yukuaiban.places.models import Department
from yukuaiban.places.selectors import DivisionIndex

__all__ = [
    "ShowCode",
    "licence_cancel",
    "licence_forfeit",
    "licence_grant",
    "licence_grant_revoke",
    "licence_issue",
    "licence_move_out",
    "licence_replace",
    "licence_restore",
    "licence_revoke",
    "licence_suspend",
    "look_note",
    "show_code",
    "verify",
]


# --- issue --------------------------------------------------------------------------------------------------------


def licence_issue(
    *,
    type_code: str,
    holder: Party,
    facts: Mapping[str, Any],
    issuer: Department,
    by: Actor,
    at: datetime,
    case_number: str = "",
    case_subject: int | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Licence:
    """Issue a licence: identifier, signed file, row, first event. A case asked twice gets the one it has.

    Args:
        type_code: Slug or the 21 characters of the type.
        facts: What is printed, by the keys of the type; answers of the form language are put into words. `name` is the
            holder's unless it says otherwise: a shop's trade name, a child on whose behalf a parent applied.
        valid_from: The first day; today where it is not said.
        valid_until: The first day on which it no longer holds; by the type's rule where it is not said.
    Raises: FactsInvalid, PermissionRefused, UnknownType.
    Law: 行政许可法 第三十九条, 第四十四条; 在线政务服务若干规定 第十条.
    """
    permissions.check_may_issue(by, issuer)
    kind = licence_type(type_code)
    found = _of_case(case_subject, kind)
    if found is not None:
        return found
    first = valid_from or at.astimezone(ZONE).date()
    printed = _printable(kind, holder, facts)
    licence = Licence(
        type_slug=kind.slug,
        type_code=kind.code,
        title_zh=kind.title.zh,
        title_en=kind.title.en,
        serial=f"{at.astimezone(ZONE).year}{opaque.new()}",
        holder=holder,
        holder_name=in_words(printed["name"]),
        issuer=issuer,
        issuer_code=issuer_code(issuer),
        issuer_name=issuer.name_zh,
        facts=printed,
        case_subject=case_subject,
        case_number=case_number,
        valid_from=first,
        valid_until=valid_until or end_of_term(kind, first),
        is_sample=kind.is_sample or issuer.status == "sample",
    )
    try:
        with transaction.atomic():
            return _write(licence, by=by, at=at)
    except IntegrityError:  # the same case, at the same moment: the first counts
        found = _of_case(case_subject, kind)
        if found is None:
            raise
        return found


def licence_replace(
    *,
    licence_id: int,
    facts: Mapping[str, Any],
    by: Actor,
    at: datetime,
    case_number: str = "",
    case_subject: int | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
    reason: str = "",
) -> Licence:
    """Change or renew (变更, 延续): a new version under the same serial; the old one lapses and is linked.

    Args:
        facts: What changes; the rest stays as it was.
    Returns: The new version.
    Raises: LicenceRefused, FactsInvalid, PermissionRefused.
    Law: 行政许可法 第四十九条, 第五十条.
    """
    with transaction.atomic():
        old = _take(licence_id, by, Act.REPLACE)
        kind = old.kind
        first = valid_from or at.astimezone(ZONE).date()
        printed = _printable(kind, old.holder, {**old.facts, **facts})
        new = Licence(
            type_slug=old.type_slug,
            type_code=old.type_code,
            title_zh=kind.title.zh,
            title_en=kind.title.en,
            serial=old.serial,
            version=old.version + 1,
            previous=old,
            holder=old.holder,
            holder_name=in_words(printed["name"]),
            issuer=old.issuer,
            issuer_code=old.issuer_code,
            issuer_name=old.issuer.name_zh,
            facts=printed,
            case_subject=case_subject,
            case_number=case_number,
            valid_from=first,
            valid_until=valid_until or end_of_term(kind, first),
            is_sample=old.is_sample,
        )
        door.move(old, Act.REPLACE, by=by, at=at, payload={"reason": reason} if reason else None)
        return _write(new, by=by, at=at)


def _write(licence: Licence, *, by: Actor, at: datetime) -> Licence:
    """Number, make, keep and record a licence that is otherwise filled in."""
    licence.id, licence._subject_key = store.new_subject()
    licence.code = codes.new_code()
    licence.licence_id = identifier.make(
        type_code=licence.type_code, issuer=licence.issuer_code, serial=licence.serial, version=licence.version
    ).text
    licence.issued_at, licence.state, licence.seq, licence.head = at, State.VALID.value, 0, GENESIS
    kept = storage.put_bytes(licence_make(licence, at=at))
    licence.file, licence.size = kept.digest, kept.size
    licence.save(force_insert=True)
    door.move(
        licence,
        Act.ISSUE,
        by=by,
        at=at,
        facts={
            "type": licence.type_code,
            "version": licence.version,
            "previous": licence.previous_id,
            "case": licence.case_subject,
            "from_on": licence.valid_from.isoformat(),
            "until_on": licence.valid_until.isoformat() if licence.valid_until else None,
            "file": licence.file,
        },
        payload={"licence": licence.licence_id, "holder": licence.holder_name},
    )
    return licence


def _of_case(case_subject: int | None, kind: LicenceType) -> Licence | None:
    if case_subject is None:
        return None
    return Licence.objects.filter(case_subject=case_subject, type_slug=kind.slug, version=1).first()


def _printable(kind: LicenceType, holder: Party, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they are kept: complete, of this type, with the names of divisions beside their codes.

    Raises: FactsInvalid.
    """
    wanted = "person" if holder.is_person else "organisation"
    if kind.holder not in {"either", wanted}:
        message = _("“{title}”不能颁发给个人。") if holder.is_person else _("“{title}”不能颁发给单位。")
        raise FactsInvalid(message.format(title=kind.title.zh), details={"holder": wanted})
    named = {"name": holder.name, **{key: _with_names(value) for key, value in facts.items()}}
    wrong = check_facts(kind, named)
    if wrong:
        raise FactsInvalid(
            _("“{title}”上的内容不对：{keys}。").format(title=kind.title.zh, keys="、".join(wrong)), details=wrong
        )
    return named


def _with_names(value: Any) -> Any:
    if isinstance(value, dict) and value.get("division") and "detail" in value:
        return {**value, "division_name": DivisionIndex().full_name(str(value["division"]))}
    return value


def end_of_term(kind: LicenceType, first: date) -> date | None:
    """The first day outside, by the type's own rule; None without end. Law: 民法典 第二百零二条."""
    return last_day(first, Limit(kind.months, Unit.MONTH)) if kind.months else None


def issuer_code(issuer: Department) -> str:
    """The body's credit code; where we have not seen it, one that is no body's (ADR 0034)."""
    region = (issuer.division_id or "500000")[:6]
    return issuer.uscc or sample_credit_code(region if region.isdigit() else "500000", issuer.pk % 100_000)


# --- after the issue ----------------------------------------------------------------------------------------------


def licence_suspend(*, licence_id: int, by: Actor, at: datetime, reason: str) -> Licence:
    """暂扣. Law: 行政处罚法 第九条（三）. Raises: LicenceRefused, PermissionRefused."""
    return _act(licence_id, Act.SUSPEND, by=by, at=at, reason=reason)


def licence_restore(*, licence_id: int, by: Actor, at: datetime, reason: str = "") -> Licence:
    """Give a suspended licence back. Raises: LicenceRefused, PermissionRefused."""
    return _act(licence_id, Act.RESTORE, by=by, at=at, reason=reason or _("暂扣期满或者决定撤销"))


def licence_revoke(*, licence_id: int, by: Actor, at: datetime, reason: str) -> Licence:
    """撤销 a licence that should not have been granted. Law: 行政许可法 第六十九条."""
    return _act(licence_id, Act.REVOKE, by=by, at=at, reason=reason)


def licence_forfeit(*, licence_id: int, by: Actor, at: datetime, reason: str) -> Licence:
    """吊销 as a penalty. Law: 行政处罚法 第九条（三）."""
    return _act(licence_id, Act.FORFEIT, by=by, at=at, reason=reason)


def licence_cancel(*, licence_id: int, by: Actor, at: datetime, reason: str) -> Licence:
    """注销: expired, holder dead or ended, revoked, forfeited, ... Law: 行政许可法 第七十条."""
    return _act(licence_id, Act.CANCEL, by=by, at=at, reason=reason)


def licence_move_out(*, licence_id: int, by: Actor, at: datetime, reason: str) -> Licence:
    """办理转出: another place keeps it from now on (ADR 0033)."""
    return _act(licence_id, Act.MOVE_OUT, by=by, at=at, reason=reason)


def _act(licence_id: int, act: Act, *, by: Actor, at: datetime, reason: str) -> Licence:
    if not reason.strip():
        raise Invalid(_("请写明理由。"), details={"reason": str(_("请写明理由。"))})
    with transaction.atomic():
        licence = _take(licence_id, by, act)
        door.move(licence, act, by=by, at=at, payload={"reason": reason})
        if act not in {Act.REVOKE, Act.CANCEL}:  # there the case tells
            tell_holder.defer(licence=licence.pk, act=act.value)
    return licence


def _take(licence_id: int, by: Actor, act: Act) -> Licence:
    """The licence, for an act by somebody who may. What has run out is only cancelled or renewed."""
    licence = Licence.objects.select_related("holder", "issuer").filter(pk=licence_id).first()
    if licence is None:
        raise LicenceNotFound(_("没有找到这份证照。"))
    permissions.check_may_act(by, act, licence) if act is not Act.REPLACE else permissions.check_may_issue(
        by, licence.issuer
    )
    now = licence.standing()
    if (
        State(licence.state) in STANDING
        and now.state is State.LAPSED
        and act not in {Act.CANCEL, Act.REVOKE, Act.REPLACE}
    ):
        raise LicenceRefused(_("这份证照已过有效期，只能注销、撤销或者换发。"), details={"licence": licence.licence_id})
    return licence


# --- the holder's own ---------------------------------------------------------------------------------------------


def licence_grant(
    *,
    licence_id: int,
    department: Department,
    purpose: str,
    valid_from: date,
    valid_until: date,
    by: Actor,
    at: datetime,
    item_code: str = "",
) -> LicenceGrant:
    """Let a department use a licence for one purpose (授权用证).

    Args:
        valid_until: The first day on which it no longer holds.
    Law: 个人信息保护法 第十四条, 第十九条 (no longer than needed). Raises: LicenceNotFound for a stranger; Invalid.
    """
    licence = selectors.licence_for_holder(by, licence_id)
    wrong = {}
    if not purpose.strip():
        wrong["purpose"] = str(_("请写明用途。"))
    if valid_until <= valid_from:
        wrong["valid_until"] = str(_("结束日期应在开始日期之后。"))
    if valid_until > grant_ends_by(valid_from):
        wrong["valid_until"] = str(_("一次授权最长一年，到期可以再授权。"))
    if wrong:
        raise Invalid(_("授权还没有填写完整。"), details=wrong)
    if by.account_id is None:
        raise PermissionRefused(_("请登录后再授权。"))
    return LicenceGrant.objects.create(
        licence=licence,
        department=department,
        item_code=item_code,
        purpose=purpose.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
        granted_at=at,
        granted_by_id=by.account_id,
    )


def licence_grant_revoke(*, grant_id: int, by: Actor, at: datetime) -> LicenceGrant:
    """Take a grant back; from now on it opens nothing. Law: 个人信息保护法 第十五条. Raises: LicenceNotFound."""
    grant = LicenceGrant.objects.select_related("licence").filter(pk=grant_id).first()
    if grant is None or grant.licence.holder_id != by.party_id:
        raise LicenceNotFound(_("没有找到这项授权。"))
    LicenceGrant.objects.filter(pk=grant_id, revoked_at__isnull=True).update(revoked_at=at)
    grant.refresh_from_db()
    return grant
