"""Reads of a person's full record, and having errors put right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yukuaiban.config.errors import Invalid, NotFound, PermissionRefused
from yukuaiban.people import passes
from yukuaiban.people.actors import Actor
from yukuaiban.people.errors import AlreadyDone
from yukuaiban.people.models import Account, AccountEventKind, CorrectionRequest, Party, PersonRead, Sex
from yukuaiban.people.permissions import COUNTER, check_disinterested, check_role
from yukuaiban.people.services.accounts import note, tell
from yukuaiban.people.services.identity import read_document, read_name

#: What an officer may read of a person, and so what may stand in a read's `what`.
FULL_RECORD = ("name", "id_number", "birth_on", "sex", "phone", "email", "address")

FIELD_NAMES = {
    "name": gettext_lazy("姓名"),
    "name_latin": gettext_lazy("拉丁字母姓名"),
    "birth_on": gettext_lazy("出生日期"),
    "sex": gettext_lazy("性别"),
    "address": gettext_lazy("住址"),
    "id_number": gettext_lazy("证件号码"),
    "phone": gettext_lazy("手机号码"),
    "email": gettext_lazy("电子邮箱"),
    "case": gettext_lazy("申请表和材料"),
}


def person_read(
    *, party_id: int, by: Actor, reason: str, reference: str = "", what: Sequence[str] = FULL_RECORD, at: datetime
) -> Party:
    """Hand an officer a person's full record and write down that he read it. There is no other way to it.

    Args:
        reason: Why, in words the person will read.
        reference: The number of the case it was for.
        what: The fields that are shown.

    Raises: PermissionRefused for who holds no post, Invalid without a reason, NotFound.
    Law: 个人信息保护法 第四十四条, 第五十一条.
    """
    if not by.is_officer or by.account_id is None:
        raise PermissionRefused(_("只有在岗人员可以查看。"))
    if not reason.strip():
        raise Invalid(_("请写明查看的理由，当事人会看到。"), details={"reason": _("请写明理由。")})
    party = Party.objects.select_related("organisation").filter(pk=party_id, merged_into__isnull=True).first()
    if party is None:
        raise NotFound(_("没有找到此人。"))
    PersonRead.objects.create(
        party=party,
        reader_id=by.account_id,
        post_id=by.post_id,
        department_id=by.department_id,
        at=at,
        reason=reason.strip()[:200],
        what=list(what),
        reference=reference,
    )
    return party


# --- correction -------------------------------------------------------------------------------------------------------


def _read_date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(
            _("日期请写成 2001-02-03 这样。"), details={"wanted": _("日期请写成 2001-02-03 这样。")}
        ) from None


def _read_sex(text: str) -> str:
    known = {str(Sex.MALE.label): Sex.MALE, str(Sex.FEMALE.label): Sex.FEMALE, "1": Sex.MALE, "2": Sex.FEMALE}
    if text.strip() not in known:
        raise Invalid(_("性别请写“男”或“女”。"), details={"wanted": _("性别请写“男”或“女”。")})
    return known[text.strip()]


def _read_text(text: str) -> str:
    if not text.strip():
        raise Invalid(_("请填写正确的内容。"), details={"wanted": _("请填写正确的内容。")})
    return text.strip()[:200]


#: What can be corrected here, and how what was typed is read. Phone and e-mail are changed by the person himself.
CORRECTABLE: dict[str, Callable[[str], Any]] = {
    "name": read_name,
    "name_latin": _read_text,
    "birth_on": _read_date,
    "sex": _read_sex,
    "address": _read_text,
    "id_number": _read_text,  # a renewed passport has another number; of the kind he is known under (see `_value`)
}


def _value(party: Party, field: str, typed: str) -> Any:
    """What was typed for a field, as it will be stored. Raises: Invalid, at `wanted`."""
    if field != "id_number":
        return CORRECTABLE[field](typed)
    try:
        number = read_document(party.id_kind, typed).text
    except Invalid as error:
        raise Invalid(error.message, details={"wanted": error.message}) from error
    other = Party.objects.with_identity(party.id_kind, number)
    if other is not None:
        message = _("这就是登记的号码，或这个号码已由另一位人士登记。")
        raise Invalid(message, details={"wanted": message})
    return number


def as_it_stands(party: Party, field: str) -> str:
    """What the record says now, in words; empty where it says nothing."""
    value = party.get_sex_display() if field == "sex" else getattr(party, field)
    return str(value or "")


def correction_ask(
    *, account: Account, party: Party, field: str, wanted: str, reason: str, at: datetime
) -> CorrectionRequest:
    """A person asks to have something about himself (or his ward) put right.

    Raises: Invalid, AlreadyDone while an earlier request about the same is open.
    Law: 个人信息保护法 第四十六条.
    """
    if field not in CORRECTABLE:
        raise Invalid(_("请选择要更正的内容。"), details={"field": _("请选择要更正的内容。")})
    _value(party, field, wanted)
    if not reason.strip():
        raise Invalid(_("请写明哪里不对、以什么为准。"), details={"reason": _("请写明哪里不对、以什么为准。")})
    try:
        with transaction.atomic():
            return CorrectionRequest.objects.create(
                party=party, asked_by=account, asked_at=at, field=field, wanted=wanted, reason=reason.strip()[:500]
            )
    except IntegrityError as error:
        raise AlreadyDone(_("同一内容的更正申请正在核实，请等待答复。")) from error


def correction_open(*, request_id: int, by: Actor, at: datetime) -> CorrectionRequest:
    """An officer takes up a request that waits for an answer: he reads what stands in the record, and that is logged.

    Returns:
        The request with its `party`.

    Raises: NotFound, also for one that was answered; PermissionRefused.
    """
    check_role(by, *COUNTER)
    row = CorrectionRequest.objects.filter(pk=request_id, state=CorrectionRequest.State.OPEN).first()
    if row is None:
        raise NotFound(_("没有找到这项更正申请。"))
    what = list(dict.fromkeys(["name", row.field, "id_number"]))
    row.party = person_read(party_id=row.party_id, by=by, reason=_("核实更正申请"), what=what, at=at)
    return row


@transaction.atomic
def correction_decide(*, request_id: int, grant: bool, answer: str, by: Actor, at: datetime) -> CorrectionRequest:
    """An officer has checked a request against papers or registers, and corrects or says why not.

    Raises: NotFound, PermissionRefused, Conflicted, Invalid, AlreadyDone.
    Law: 个人信息保护法 第四十六条第二款, 第五十条 (a refusal gives its reason).
    """
    check_role(by, *COUNTER)
    row = (
        CorrectionRequest.objects.select_for_update(of=("self",)).select_related("party").filter(pk=request_id).first()
    )
    if row is None:
        raise NotFound(_("没有找到这项更正申请。"))
    check_disinterested(by, row.party_id)
    if row.state != CorrectionRequest.State.OPEN:
        raise AlreadyDone(_("这项更正申请已经处理过。"))
    if not grant and not answer.strip():
        raise Invalid(_("不予更正须说明理由。"), details={"answer": _("请说明理由。")})
    if grant:
        setattr(row.party, row.field, _value(row.party, row.field, row.wanted))
        row.party.save(update_fields=["id_number", "id_index"] if row.field == "id_number" else [row.field])
    row.state = CorrectionRequest.State.DONE if grant else CorrectionRequest.State.REFUSED
    row.decided_at, row.decided_by_id, row.answer = at, by.account_id, answer.strip()[:500]
    row.save()
    note(row.asked_by_id, AccountEventKind.CORRECTED, at, field=row.field, state=row.state)
    passes.revoke(row.asked_by_id)
    tell(
        row.asked_by,
        "account.correction",
        gettext_lazy("个人信息更正申请的答复"),
        gettext_lazy("您申请更正的“{field}”：{state}。{answer}"),
        field=FIELD_NAMES[row.field],
        state=CorrectionRequest.State(row.state).label,
        answer=row.answer,
    )
    return row
