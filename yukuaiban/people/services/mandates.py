"""Mandates (授权委托): offered by the principal or asked for by the agent, confirmed, taken up, declined, revoked.

Two ways in, one rule: nothing counts before the principal confirmed it himself, in his own real-name account; for a
legal person its legal representative. The side that is not known yet gets a code, and his real name shows that he is
the one who was meant.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yukuaiban.config.errors import Invalid, NotFound, PermissionRefused
from yukuaiban.config.parameters import parameter
from yukuaiban.identifiers import credit_code
from yukuaiban.identifiers.errors import IdentifierError
from yukuaiban.people import assurance, limits, passes
from yukuaiban.people.codes import deliver
from yukuaiban.people.errors import AlreadyDone, NeedsAssurance
from yukuaiban.people.models import (
    Account,
    AccountEventKind,
    Mandate,
    MandateKind,
    OrganisationProfile,
    Party,
    Relation,
)
from yukuaiban.people.models.accounts import NUMBER_ALPHABET
from yukuaiban.people.services.accounts import note, tell
from yukuaiban.people.services.identity import read_name
from yukuaiban.vault import normalise

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

CODE_LENGTH, CODE_DAYS = 10, 14
CODES_AN_HOUR = 20  # each is read once and confirmed once
State = Mandate.State


@dataclass(frozen=True, slots=True)
class Terms:
    """What a mandate reaches: which items (None: all) and [valid_from, valid_until)."""

    items: Sequence[str] | None
    valid_from: date
    valid_until: date

    def check(self, today: date) -> None:
        """Raises: Invalid, naming the field. Law: 民法典 第一百六十五条 (scope and term are stated)."""
        longest = int(parameter("mandate_term", today).value)
        if self.valid_until <= max(self.valid_from, today):
            raise Invalid(_("请检查有效期。"), details={"last_day": _("结束日期应在今天和开始日期之后。")})
        if self.valid_until > _years_after(self.valid_from, longest) + timedelta(days=1):
            message = _("委托最长 {n} 年，到期可以再委托。").format(n=longest)
            raise Invalid(message, details={"last_day": message})
        if self.items is not None and not [item for item in self.items if item.strip()]:
            message = _("请至少写一个事项，或选择“全部事项”。")
            raise Invalid(message, details={"items": message})

    @property
    def codes(self) -> list[str] | None:
        return None if self.items is None else sorted({item.strip() for item in self.items if item.strip()})


def mandate_ask_relative(
    *, account: Account, name: str, contact: str, relation: Relation, terms: Terms, at: datetime
) -> Mandate:
    """Ask a relative or friend to let one act for him; he gets a code and confirms in his own account.

    Args:
        contact: His phone (E.164) or e-mail.

    Raises: Invalid, NeedsAssurance, limits.TooOften.
    """
    agent = _real(account)
    terms.check(at.date())
    limits.consume("invitation", account.number, at_most=10, seconds=24 * 3600)
    row = Mandate(
        kind=MandateKind.RELATIVE,
        state=State.ASKED,
        agent=agent,
        relation=relation,
        invited_name=read_name(name),
        invited_contact=contact,
    )
    text = _(
        "{name} 请求代您办理政务服务事项。同意请登录渝快办，在“家庭与委托”输入确认码 {code}（{days} 天内有效）；"
        "不同意不用理会。"
    )
    return _invite(
        row, account, terms, contact, text.replace("{name}", agent.name).replace("{days}", str(CODE_DAYS)), at
    )


def mandate_ask_organisation(*, account: Account, code: str, terms: Terms, at: datetime) -> Mandate:
    """Ask to become an organisation's agent (经办人); its legal representative sees the request in his account.

    Raises: Invalid, NeedsAssurance, AlreadyDone.
    """
    agent = _real(account)
    terms.check(at.date())
    limits.consume("invitation", account.number, at_most=10, seconds=24 * 3600)
    organisation = _organisation(code)
    with transaction.atomic():
        waiting = Mandate.objects.filter(principal=organisation.party, agent=agent, state=State.ASKED)
        if waiting.exists():
            raise AlreadyDone(_("您的申请已经提交，等待法定代表人确认。"))
        row = Mandate(kind=MandateKind.AGENT, state=State.ASKED, agent=agent, principal=organisation.party)
        _save(row, account, terms, at)
        for head in Account.objects.filter(party=organisation.legal_representative_id, is_active=True):
            tell(
                head,
                "mandate.asked",
                gettext_lazy("有人申请担任经办人"),
                gettext_lazy("{name} 申请担任 {organisation} 的经办人，请在“家庭与委托”里确认或拒绝。"),
                name=agent.name,
                organisation=organisation.party.name,
            )
    return row


def mandate_offer(
    *, account: Account, principal: Party, name: str, contact: str, relation: Relation | str, terms: Terms, at: datetime
) -> Mandate:
    """The principal (for an organisation its legal representative) appoints somebody, who takes it up with a code.

    Raises: Invalid, NeedsAssurance, PermissionRefused, limits.TooOften.
    """
    _real(account)
    _check_principal(account, principal)
    terms.check(at.date())
    limits.consume("invitation", account.number, at_most=30, seconds=24 * 3600)
    kind = MandateKind.RELATIVE if principal.is_person else MandateKind.AGENT
    row = Mandate(
        kind=kind,
        state=State.OFFERED,
        principal=principal,
        relation=relation if principal.is_person else "",
        invited_name=read_name(name),
        invited_contact=contact,
    )
    text = _("{name} 委托您代为办理政务服务事项。请登录渝快办，在“家庭与委托”输入接受码 {code}（{days} 天内有效）。")
    return _invite(
        row, account, terms, contact, text.replace("{name}", principal.name).replace("{days}", str(CODE_DAYS)), at
    )


def mandate_answer_code(*, account: Account, code: str, at: datetime) -> Mandate:
    """Somebody with a code: the relative confirms that the other may act for him, or the agent takes an offer up.

    Raises: Invalid for a wrong or expired code or another person's, NeedsAssurance, limits.TooOften.
    """
    person = _real(account)
    limits.consume("mandate-code", account.number, at_most=CODES_AN_HOUR, seconds=3600)
    with transaction.atomic():
        row = _by_code(person, code, at)
        return _confirm(row, account if row.state == State.ASKED else row.asked_by, at)


def mandate_by_code(*, account: Account, code: str, at: datetime) -> Mandate:
    """What a code would bring into force, both sides named, nothing changed: for reading it first.

    Raises: as `mandate_answer_code`.
    """
    person = _real(account)
    limits.consume("mandate-code", account.number, at_most=CODES_AN_HOUR, seconds=3600)
    with transaction.atomic():
        return _by_code(person, code, at)


def _by_code(person: Party, code: str, at: datetime) -> Mandate:
    row = (
        Mandate.objects.select_for_update(of=("self",))
        .select_related("principal", "agent", "asked_by")
        .filter(code_hash=_digest(code), state__in=[State.ASKED, State.OFFERED], code_expires_at__gt=at)
        .first()
    )
    if row is None or row.valid_until <= at.date():
        raise Invalid(_("没有找到这个码，或已过期。请核对，或请对方重新发出。"), details={"code": ""})
    if normalise(row.invited_name) != normalise(person.name):
        raise Invalid(_("这个码是发给另一位的：对方填写的姓名与您的实名不一致。请对方更正后重新发出。"))
    if person.pk in (row.agent_id, row.principal_id):
        raise Invalid(_("不能自己委托自己。"))
    if row.state == State.ASKED:
        row.principal = person
    else:
        row.agent = person
    return row


def mandate_confirm(*, account: Account, mandate_id: int, at: datetime) -> Mandate:
    """A legal representative confirms an agent who asked.

    Raises: NotFound, AlreadyDone.
    """
    with transaction.atomic():
        row = _mine_as_principal(account, mandate_id)
        if row.state != State.ASKED:
            raise AlreadyDone(_("这项委托已经处理过。"))
        if row.valid_until <= at.date():
            raise AlreadyDone(_("申请的期限已过，请对方重新申请。"))
        return _confirm(row, account, at)


def mandate_decline(*, account: Account, mandate_id: int, at: datetime) -> Mandate:
    """Refuse a request, or take an offer or request back before it was answered.

    Raises: NotFound, AlreadyDone.
    """
    with transaction.atomic():
        row = _of_either_side(account, mandate_id)
        if row.state not in (State.ASKED, State.OFFERED):
            raise AlreadyDone(_("这项委托已经处理过。"))
        row.state, row.revoked_at, row.revoked_by, row.code_hash = State.DECLINED, at, account, ""
        row.save()
        _tell_sides(
            row,
            "mandate.declined",
            gettext_lazy("委托没有成立"),
            gettext_lazy("{agent} 代 {principal} 办理事项的委托没有成立：一方没有同意，或者收回了。"),
            but=account,
        )
        return row


def mandate_revoke(*, account: Account, mandate_id: int, reason: str = "", at: datetime) -> Mandate:
    """End a mandate: the principal takes it back, or the agent lays it down. What was done under it stays valid.

    Raises: NotFound, AlreadyDone.
    Law: 民法典 第一百七十三条（二）.
    """
    with transaction.atomic():
        row = _of_either_side(account, mandate_id)
        if row.state != State.CONFIRMED:
            raise AlreadyDone(_("这项委托不在有效状态。"))
        row.state, row.revoked_at, row.revoked_by, row.end_reason = State.REVOKED, at, account, reason
        row.save()
        for agent in Account.objects.filter(party=row.agent_id):
            passes.revoke(agent.pk)
            note(agent, AccountEventKind.MANDATE, at, mandate=row.pk, state=row.state)
        note(account, AccountEventKind.MANDATE, at, mandate=row.pk, state=row.state)
        _tell_sides(
            row,
            "mandate.revoked",
            gettext_lazy("委托已撤销"),
            gettext_lazy("{agent} 代 {principal} 办理事项的委托已撤销，即时生效；此前办的事仍然有效。"),
            but=account,
        )
        return row


def _invite(row: Mandate, account: Account, terms: Terms, contact: str, text: str, at: datetime) -> Mandate:
    limits.consume("invited", contact, at_most=5, seconds=24 * 3600)
    code = "".join(secrets.choice(NUMBER_ALPHABET) for _n in range(CODE_LENGTH))
    row.code_hash, row.code_expires_at = _digest(code), at + timedelta(days=CODE_DAYS)
    with transaction.atomic():
        _save(row, account, terms, at)
        deliver(contact, "mandate.code", _("委托代办"), text.replace("{code}", code))
    return row


def _save(row: Mandate, account: Account, terms: Terms, at: datetime) -> None:
    row.items, row.valid_from, row.valid_until = terms.codes, terms.valid_from, terms.valid_until
    row.asked_at, row.asked_by = at, account
    row.save()
    note(account, AccountEventKind.MANDATE, at, mandate=row.pk, state=row.state)


def _confirm(row: Mandate, confirmed_by: Account, at: datetime) -> Mandate:
    row.state, row.confirmed_at, row.confirmed_by = State.CONFIRMED, at, confirmed_by
    row.code_hash, row.invited_contact = "", None
    row.save()
    sides = Account.objects.filter(party__in=[row.principal_id, row.agent_id])
    for account in {*sides, confirmed_by}:
        note(account, AccountEventKind.MANDATE, at, mandate=row.pk, state=row.state)
    _tell_sides(
        row,
        "mandate.confirmed",
        gettext_lazy("委托已生效"),
        gettext_lazy(
            "{agent} 代 {principal} 办理事项的委托已生效，有效期到 {last_day}。不是您的意思，请在“家庭与委托”里撤销。"
        ),
        last_day=(row.valid_until - timedelta(days=1)).isoformat(),
    )
    return row


def _tell_sides(
    row: Mandate, kind: str, subject: StrPromise, body: StrPromise, *, but: Account | None = None, **values: str
) -> None:
    """Tell whoever a mandate binds: agent, principal (for a legal person its representative), and who asked."""
    parties = {row.principal_id, row.agent_id} - {None}
    heads = OrganisationProfile.objects.filter(party__in=parties).values_list("legal_representative_id", flat=True)
    mine = Q(party__in=[*parties, *filter(None, heads)]) | Q(pk=row.asked_by_id)
    names = {
        "principal": row.principal.name if row.principal else row.invited_name,
        "agent": row.agent.name if row.agent else row.invited_name,
    }
    for account in Account.objects.filter(mine, is_active=True):
        if account != but:
            tell(account, kind, subject, body, **names, **values)


def _real(account: Account) -> Party:
    party = account.party
    if party is None or not assurance.reaches(party.assurance, assurance.REAL_NAME):
        raise NeedsAssurance(_("委托双方都须先完成实名认证。"))
    return party


def _organisation(code: str) -> OrganisationProfile:
    try:
        wanted = credit_code.parse(code).text
    except IdentifierError as error:
        raise Invalid(error.message, details={"credit_code": error.message}) from error
    row = OrganisationProfile.objects.select_related("party").filter(credit_code=wanted).first()
    if row is None or row.legal_representative_id is None:
        message = _("此单位还没有在渝快办登记。请其法定代表人先在“我的单位”里登记。")
        raise Invalid(message, details={"credit_code": message})
    return row


def _check_principal(account: Account, principal: Party) -> None:
    """Oneself, or an organisation one legally represents; an agent cannot hand his mandate on (转委托)."""
    if principal.pk != account.party_id and not _represents(account, principal.pk):
        raise PermissionRefused(_("只有本人，或单位的法定代表人，才能委托他人。"))


def _represents(account: Account, party_id: int | None) -> bool:
    return (
        party_id is not None
        and account.party_id is not None
        and OrganisationProfile.objects.filter(pk=party_id, legal_representative=account.party_id).exists()
    )


def _locked(mandate_id: int) -> Mandate:
    row = Mandate.objects.select_for_update().filter(pk=mandate_id).first()
    if row is None:
        raise NotFound(_("没有找到这项委托。"))
    return row


def _mine_as_principal(account: Account, mandate_id: int) -> Mandate:
    row = _locked(mandate_id)
    if row.principal_id is None or (
        row.principal_id != account.party_id and not _represents(account, row.principal_id)
    ):
        raise NotFound(_("没有找到这项委托。"))
    return row


def _of_either_side(account: Account, mandate_id: int) -> Mandate:
    row = _locked(mandate_id)
    sides = {row.principal_id, row.agent_id} - {None}
    if row.asked_by_id == account.pk or account.party_id in sides or _represents(account, row.principal_id):
        return row
    raise NotFound(_("没有找到这项委托。"))


def _digest(code: str) -> str:
    return salted_hmac("people.mandate", "".join(code.split()).upper(), algorithm="sha256").hexdigest()


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
