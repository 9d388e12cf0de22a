"""Short messages to the applicant: what happened, what to do, by when; never a decision's content or personal data."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from yukuaiban.cases.models import Case
from yukuaiban.cases.states import Act
from yukuaiban.messages.gateway import send
from yukuaiban.people.models import Account

_PREFIX = "渝快办"


def tell(case: Case, act: Act) -> None:
    """Send the notice of an act to whoever filed the case; acts that need no notice send none."""
    _send(case, act.value, lambda: _text(case, act))


def tell_moved(case: Case) -> None:
    """The calendar of a year is known now, and with it a date that the applicant was told has moved."""
    day = case.promised_on or case.due_on
    if day:
        _send(
            case,
            "moved",
            lambda: _("放假安排已公布，办件 {number} 的办理期限改为 {day}，原因见详情。").format(
                number=case.number, day=date_format(day, "Y-m-d")
            ),
        )


def _send(case: Case, kind: str, words: Callable[[], str]) -> None:
    send_to(case.filed_by, case, f"case.{kind}", words)


def send_to(account: Account, case: Case, kind: str, words: Callable[[], str]) -> None:
    """A few words in the account's language and the way to the case; nothing where `words` gives none."""
    to = account.phone if account.phone_verified_at else account.email
    if not to:
        return
    with translation.override(account.language):
        text = words()
        if text:
            link = f"{settings.SITE_URL}/{account.language[:2]}/cases/{case.number}"
            send(to, kind=kind, subject=_PREFIX, body=f"{text} {link}")


def _text(case: Case, act: Act) -> str:
    number = case.number
    by = date_format(case.step_on, "Y-m-d") if case.step_on else ""
    promised = date_format(case.promised_on, "Y-m-d") if case.promised_on else ""
    match act:
        case Act.FILE:
            return _("已收到您的申请，编号 {number}。").format(number=number)
        case Act.CORRECT_ON_SPOT:
            return _("经您同意，窗口当场更正了办件 {number} 的填写内容，请核对详情。").format(number=number)
        case Act.REQUEST_CORRECTION:
            return _("办件 {number} 需要补正，请在 {day} 前办理。").format(number=number, day=by)
        case Act.ACCEPT | Act.DEEM_ACCEPTED:
            return _("办件 {number} 已受理，承诺 {day} 前办好。").format(number=number, day=promised)
        case Act.DECLARE_NOT_NEEDED | Act.DECLARE_NOT_COMPETENT | Act.DECLINE:
            return _("办件 {number} 未被受理，理由和去处见详情。").format(number=number)
        case Act.PAUSE | Act.REQUEST_HEARING | Act.CALL_HEARING | Act.NOTIFY_HEARING:
            return _("办件 {number} 进入特别程序，时间不计入期限，详情请查看。").format(number=number)
        case Act.TELL_HEARING_RIGHT:
            return _("办件 {number}：您有权申请听证，期限见详情。").format(number=number)
        case Act.REPORT_UP:
            return _("办件 {number} 已初审完毕，上报“{body}”决定；交过的材料不需要再交。").format(
                number=number, body=case.department.name_zh
            )
        case Act.EXTEND:
            return _("办件 {number} 的期限已延长，理由见详情。").format(number=number)
        case Act.GRANT | Act.REFUSE:
            return _("办件 {number} 已作出决定，请查看。").format(number=number)
        case Act.DEEM_RENEWED:
            return _("办件 {number}：证照到期时部门没有作决定，依法视为准予延续，请查看。").format(number=number)
        case Act.DELIVER:
            return _("办件 {number} 的结果已送达。").format(number=number)
        case Act.CONCLUDE_REMEDY:
            return _("办件 {number} 的复议或诉讼有了结果，接下来可以怎么做、到哪天为止，请看详情。").format(
                number=number
            )
        case Act.TERMINATE | Act.LAPSE_CORRECTION | Act.REVOKE | Act.CANCEL | Act.REOPEN:
            return _("办件 {number} 的状态有变化，请查看。").format(number=number)
        case _:
            return ""
